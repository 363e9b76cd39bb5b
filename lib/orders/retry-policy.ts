import { PermanentFailure, TransientFailure } from '../processors/processor.ts';

export interface RetryPolicy {
  /** Failures at which the order is Failed. */
  readonly maxAttempts: number;
  /** Milliseconds before the second try at most; doubles with each further one. */
  readonly baseMs: number;
  /** Milliseconds between two tries at most. */
  readonly maxMs: number;
}

/** What follows from a processor's failure. */
export type FailureDecision =
  | { readonly status: 'Failed'; readonly reasonCode: string; readonly reason: string }
  | { readonly status: 'Pending'; readonly reasonCode: string; readonly reason: string; readonly delaySeconds: number };

/** The code of a failure that the processor's author did not name. */
export const UNEXPECTED_FAILURE = 'processor_error';

/** Characters of a reason that are kept: enough to find the cause, too few to fill the table. */
const MAX_REASON = 500;

/** Characters of a code that are kept, as many as a redrive by code takes. */
const MAX_CODE = 100;

/**
 * The one table of retries:
 *
 * | failure                       | then                                                                 |
 * |-------------------------------|----------------------------------------------------------------------|
 * | PermanentFailure              | Failed at once, with its code                                        |
 * | TransientFailure              | Pending with backoff, not before its retryAfterSeconds; its code     |
 * | abort at the deadline         | Pending with backoff, `timed_out`                                    |
 * | anything else                 | Pending with backoff, `processor_error`                              |
 * | any, `maxAttempts` reached    | Failed, with the last code                                           |
 *
 * The backoff is exponential with full jitter, so that orders which failed together do not come back together. It is
 * added to retryAfterSeconds for the same reason; no sum exceeds `maxMs`.
 * @param failures failures so far, this one included
 */
export function decideFailure(
  error: unknown,
  failures: number,
  aborted: boolean,
  policy: RetryPolicy,
): FailureDecision {
  const reason = storable(error instanceof Error ? error.message : error, MAX_REASON);
  const reasonCode = storable(codeOf(error, aborted), MAX_CODE);
  if (error instanceof PermanentFailure || failures >= policy.maxAttempts)
    return { status: 'Failed', reasonCode, reason };
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(failures - 1, 30));
  const delayMs = Math.min(policy.maxMs, retryAfterMs(error) + Math.random() * ceiling);
  return { status: 'Pending', reasonCode, reason, delaySeconds: delayMs / 1_000 };
}

function codeOf(error: unknown, aborted: boolean): string {
  if (error instanceof PermanentFailure || error instanceof TransientFailure) return error.code;
  return aborted ? 'timed_out' : UNEXPECTED_FAILURE;
}

/** 0 for whatever is no time to wait, NaN included. */
function retryAfterMs(error: unknown): number {
  return error instanceof TransientFailure && error.retryAfterSeconds > 0 ? error.retryAfterSeconds * 1_000 : 0;
}

/**
 * Text that Postgres can store: no NUL, no lone surrogates, not too long. Of anything, since anything can be thrown, and
 * a failure that could not be written would look like a lost worker. An object is not spelt out: who knows what it carries.
 */
function storable(value: unknown, length: number): string {
  const text = typeof value === 'object' || typeof value === 'function' ? 'an object that is no Error' : String(value);
  return text.replaceAll('\0', '').slice(0, length).toWellFormed();
}
