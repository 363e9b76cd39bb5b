import { setTimeout as delay } from 'node:timers/promises';
import type { Part, RunningPart } from './part.ts';

/**
 * Milliseconds before a part that failed to start is started again: doubled each time, so that a broken part does not
 * take resources from those that work, and limited, so that it is back soon after it has been fixed.
 */
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

interface Observer {
  /** One line about a part: it died, or is back. */
  report(part: string, line: string): void;
  /** A part has a new process. */
  started(part: string, pid: number): void;
}

/** Waits for so many milliseconds, and rejects when the signal is aborted. */
type Pause = (milliseconds: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>;

export interface SupervisedPart {
  stop(): Promise<void>;
}

/**
 * Starts a part and keeps it running until it is stopped. A part that worked and died is restarted immediately.
 * @throws the error of the first start. Later failures are reported and retried for ever
 */
export async function supervise(
  part: Part,
  observer: Observer,
  signal: AbortSignal,
  pause: Pause = delay,
): Promise<SupervisedPart> {
  const stopping = new AbortController();
  let running = await part.start(signal);
  observer.started(part.name, running.pid);
  const watching = watch();

  async function watch(): Promise<void> {
    while (true) {
      const how = await running.ended;
      if (stopping.signal.aborted) return;
      observer.report(part.name, `its process ${running.pid} ${how}; starting it again`);
      const next = await startAgain(part, observer, stopping.signal, pause);
      if (!next) return;
      // Stopped at the moment at which it became ready.
      if (stopping.signal.aborted) return next.stop();
      running = next;
      observer.started(part.name, running.pid);
      observer.report(part.name, `works again (process ${running.pid})`);
    }
  }

  return {
    async stop() {
      stopping.abort();
      await running.stop();
      await watching;
    },
  };
}

/** Undefined if the signal came first. */
async function startAgain(
  part: Part,
  observer: Observer,
  signal: AbortSignal,
  pause: Pause,
): Promise<RunningPart | undefined> {
  for (let pauseMs = FIRST_RETRY_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS)) {
    try {
      return await part.start(signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      observer.report(part.name, `${(error as Error).message} Trying again in ${pauseMs / 1000} s.`);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
