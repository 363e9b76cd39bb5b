import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type DatabaseErrorKind } from '../errors.ts';

interface RetryOptions {
  /** The most attempts, including the first; by default as many as fit into the time. */
  readonly tries?: number;
  /** Milliseconds from now after which no further attempt starts. */
  readonly withinMs: number;
  /** Retries only failures of this kind; `contention` was certainly rolled back. By default, all transient failures. */
  readonly only?: DatabaseErrorKind;
}

/** How a retry measures time and waits. */
interface Clock {
  /** Milliseconds, from any point in time. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const REAL_CLOCK: Clock = { now: () => performance.now(), sleep };

/** Milliseconds before the second attempt; doubles, with full jitter, so that colliding callers spread out. */
const FIRST_PAUSE_MS = 20;

/** Milliseconds: after a long outage, the work resumes soon after the database is back. */
const MAX_PAUSE_MS = 1_000;

/**
 * Retries work that failed for a transient reason. The work must be safe to repeat, because a statement without a reply
 * may have been committed; other work retries only `contention`.
 * @throws the error of the last attempt
 */
export async function retryDatabase<T>(
  work: () => Promise<T>,
  options: RetryOptions,
  clock: Clock = REAL_CLOCK,
): Promise<T> {
  const end = clock.now() + options.withinMs;
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
      if (hopeless || run >= (options.tries ?? Infinity) || clock.now() + pause > end) throw error;
      await clock.sleep(pause);
    }
  }
}
