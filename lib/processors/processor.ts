import type { NewOrder } from '../orders/order.ts';

/** An order as its processor sees it. `orderId` stays the same over all tries: make your effect idempotent by it. */
export interface ProcessorOrder extends NewOrder {
  readonly createdAt: Date;
  /**
   * 1 for the first attempt since the order was created or redriven. Each run counts, also one whose worker died: so an
   * attempt above 1 may follow one that had its effect.
   */
  readonly attempt: number;
  /**
   * Whether the order is Failed if this attempt fails, because MAX_ATTEMPTS is reached. A worker that dies is not a failure:
   * MAX_CRASHES counts those, and may end the order without any attempt that was the last.
   */
  readonly isLastAttempt: boolean;
  /**
   * The trace that it is in (W3C Trace Context), when its message named one: whoever is called with it can be found by the
   * trace id in our logs.
   */
  readonly traceparent?: string | undefined;
}

/**
 * What "processing" does. Returning completes the order. Throwing PermanentFailure fails it at once; throwing anything
 * else has it tried again later, until its budget is used up. TransientFailure does the same under a code of your own.
 *
 * An order completes at most once, but its processor may run more than once: a crash can come between the effect and
 * the commit. The signal aborts shortly before the invocation's time is over; what goes on after it counts as failed.
 */
export type Processor = (order: ProcessorOrder, signal: AbortSignal) => Promise<void>;

/** The order can never succeed: no further try. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
  /** Short and of a fixed set, so that failures can be counted by it: `card_declined`, not a sentence. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface TransientFailureOptions extends ErrorOptions {
  /** Seconds before which another try is of no use. Kept to at most RETRY_MAX_MS. */
  readonly retryAfterSeconds?: number;
}

/** The order may succeed later. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
  /** Short and of a fixed set: `bank_unreachable`. */
  readonly code: string;
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, { retryAfterSeconds = 0, ...options }: TransientFailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
