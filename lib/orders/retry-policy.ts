import { PermanentFailure, TransientFailure } from './processor.ts';

export interface RetryPolicy {
  /** The number of failures at which the order becomes Failed. */
  readonly maxAttempts: number;
  /** The longest backoff before the second attempt, in milliseconds; doubles with each attempt. */
  readonly baseMs: number;
  /** The longest backoff between two attempts, in milliseconds. */
  readonly maxMs: number;
}

type FailureDecision =
  | { readonly status: 'Failed'; readonly reasonCode: string; readonly reason: string }
  | { readonly status: 'Pending'; readonly reasonCode: string; readonly reason: string; readonly delaySeconds: number };

/** The code of a failure to which the author of the processor did not give one. */
export const UNEXPECTED_FAILURE = 'processor_error';

/** The code of an order whose undo has used up its budget. Postgres knows it, too (`orders_ending()`). */
export const UNDO_FAILED = 'undo_failed';

/** How many characters of a reason are stored: enough to find the cause, too few to fill the table. */
const MAX_REASON = 500;

/** How many characters of a code are stored, as many as a redrive by code accepts. */
const MAX_CODE = 100;

/**
 * The one table of retries:
 *
 * | failure                       | then                                                                 |
 * |-------------------------------|----------------------------------------------------------------------|
 * | PermanentFailure              | Failed, with its code                                                |
 * | TransientFailure              | Pending with backoff, not before its retryAfterSeconds; its code     |
 * | abort at the deadline         | Pending with backoff, `timed_out`                                    |
 * | any other error               | Pending with backoff, `processor_error`                              |
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

/** 0 for any value that is not a valid delay, including NaN. */
function retryAfterMs(error: unknown): number {
  return error instanceof TransientFailure && error.retryAfterSeconds > 0 ? error.retryAfterSeconds * 1_000 : 0;
}

/**
 * Text that Postgres can store: without NUL and lone surrogates, and not too long. It accepts any value, because
 * anything can be thrown, and a failure that could not be stored would look like a lost worker. Objects are not
 * serialized, because they could contain any data.
 */
function storable(value: unknown, length: number): string {
  const text =
    typeof value === 'object' || typeof value === 'function' ? 'an object that is not an Error' : String(value);
  return text.replaceAll('\0', '').slice(0, length).toWellFormed();
}
