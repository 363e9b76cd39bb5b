import { PermanentFailure } from '../processors/processor.ts';

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

/** Characters of a reason that are kept: enough to find the cause, too few to fill the table. */
const MAX_REASON = 500;

/**
 * The one table of retries:
 *
 * | failure                       | then                                        |
 * |-------------------------------|---------------------------------------------|
 * | PermanentFailure              | Failed at once, with its code               |
 * | abort at the deadline         | Pending with backoff, `timed_out`           |
 * | anything else                 | Pending with backoff, `processor_error`     |
 * | either, `maxAttempts` reached | Failed, with the last code                  |
 *
 * The backoff is exponential with full jitter, so that orders which failed together do not come back together.
 * @param attempts failures so far, this one included
 */
export function decideFailure(
  error: unknown,
  attempts: number,
  aborted: boolean,
  policy: RetryPolicy,
): FailureDecision {
  const reason = describe(error);
  if (error instanceof PermanentFailure) return { status: 'Failed', reasonCode: error.code, reason };
  const reasonCode = aborted ? 'timed_out' : 'processor_error';
  if (attempts >= policy.maxAttempts) return { status: 'Failed', reasonCode, reason };
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempts - 1, 30));
  return { status: 'Pending', reasonCode, reason, delaySeconds: (Math.random() * ceiling) / 1_000 };
}

/** Text of an error that Postgres can store: no NUL, no lone surrogates, not too long. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').slice(0, MAX_REASON).toWellFormed();
}
