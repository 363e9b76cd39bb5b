import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type DatabaseErrorKind } from './database-error.ts';

export interface RetryOptions {
  /** Runs at most, the first included. */
  readonly tries: number;
  /** Milliseconds from now after which no further run begins. */
  readonly withinMs: number;
  /** Only failures of this kind; `contention` was rolled back for certain. By default all that may pass. */
  readonly only?: DatabaseErrorKind;
}

/** Milliseconds before the second run; doubles, with full jitter, so that those who collided spread out. */
const FIRST_PAUSE_MS = 20;

/** Milliseconds: after a long outage the work goes on about as soon as the database is back. */
const MAX_PAUSE_MS = 1_000;

/**
 * Runs work again that failed for a reason which may pass. The work must be one whose repetition is harmless, since a
 * statement without an answer may have been committed; other work retries `contention` only.
 * @throws whatever the last run threw.
 */
export async function retryDatabase<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const end = performance.now() + options.withinMs;
  for (let run = 1; ; run += 1) {
    try {
      return await work();
    } catch (error) {
      const pause = Math.random() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** run);
      const hopeless = !(
        error instanceof DatabaseError &&
        error.retryable &&
        (options.only ?? error.kind) === error.kind
      );
      if (hopeless || run >= options.tries || performance.now() + pause > end) throw error;
      await sleep(pause);
    }
  }
}
