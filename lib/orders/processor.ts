import type { Metadata, NewOrder, OrderItem } from './order.ts';

/** An order in the form that its processor gets. */
export interface ProcessorOrder extends Omit<NewOrder, 'details'> {
  readonly createdAt: Date;
  /** ISO 4217; null if the client did not say. */
  readonly currency: string | null;
  readonly customerRef: string | null;
  /** Empty if the client sent none. */
  readonly metadata: Metadata;
  /** Empty if the client sent `item_ids` instead. */
  readonly items: readonly OrderItem[];
  /** The time before which the client did not want it processed; null if it named none. */
  readonly processAfter: Date | null;
}

/** The context of a step. */
export interface StepAttempt {
  /** The same for every attempt at this step in this run of the order, and different for every other step. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

export type StepFunction<Result> = (attempt: StepAttempt) => Result | Promise<Result>;

/** A value after it was written as JSON and read again: the result of a step, in every attempt. */
export type Recorded<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends { toJSON(): infer Json }
    ? Json
    : Value extends bigint | symbol | ((...parameters: never[]) => unknown)
      ? never
      : { [Key in keyof Value]: Recorded<Value[Key]> };

export interface StepOptions<Result> {
  /**
   * Undoes the effect of the step, and gets its recorded result. When the order is about to become Failed or Cancelled, the undo
   * functions of its recorded steps run in reverse order. Make it idempotent by its own `idempotencyKey`: like a step, an undo
   * happens at least once.
   */
  readonly undo?: (result: Recorded<Result>, attempt: StepAttempt) => unknown;
}

/**
 * Runs a function unless it was recorded in an earlier attempt of this run; then it returns the recorded result. The result is
 * JSON of at most 60,000 bytes. A crash between the function's effect and its record runs it again, with the same idempotency key.
 * The name identifies the step, so each name occurs once per processor; only a step whose function threw may be called again.
 */
export type Step = <Result>(
  name: string,
  run: StepFunction<Result>,
  options?: StepOptions<Result>,
) => Promise<Recorded<Result>>;

/**
 * Suspends the order: it is Waiting, without a worker or a lease, and no attempt is charged. After so many seconds, from 1 to 366
 * days, the processor runs again, and then `sleep` returns at once. The name follows the rules for steps.
 *
 * It suspends by throwing AttemptStopped. Once an order is suspended, every further call throws, and the outcome of the
 * processor is ignored.
 */
export type Sleep = (name: string, seconds: number) => Promise<void>;

/**
 * Waits until the signal of this name is sent to the order, and returns its payload. The order is suspended like in a sleep: when the
 * signal or the timeout comes, the processor runs again. A signal may come before the order waits for it.
 *
 * @throws SignalTimeout if no signal came in time. It is a PermanentFailure: catch it to continue without the signal.
 */
export type WaitFor = <Payload = unknown>(name: string, options: WaitOptions) => Promise<Payload>;

export interface WaitOptions {
  /** Seconds from the first call, from 1 to 366 days. */
  readonly timeoutSeconds: number;
}

/** The context of an attempt, and what the processor can do in it. */
export interface ProcessorContext {
  /** Aborts shortly before the invocation ends. Work that continues afterwards counts as failed. */
  readonly signal: AbortSignal;
  /**
   * Make your effects idempotent by this key: 43 characters that fit into any header. It is the same for every attempt,
   * also after a crash or a redrive. A redrive that asks for a new run changes it, so that effects which were undone happen again.
   */
  readonly idempotencyKey: string;
  readonly step: Step;
  readonly sleep: Sleep;
  readonly waitFor: WaitFor;
  /**
   * A URL that sends the signal of this name to this run of the order, for a system without an API key: POST, with the payload as the
   * body. It allows that one signal, and nothing else. It is the same in every attempt.
   *
   * @throws TransientFailure if CALLBACK_SECRET is not set
   */
  readonly callbackUrl: (name: string) => string;
  /**
   * 1 for the first attempt since the order was created or redriven. Every run counts, also one whose worker died: so
   * an attempt above 1 may follow one that had its effect.
   */
  readonly attempt: number;
  /**
   * True if the order becomes Failed when this attempt fails, because MAX_ATTEMPTS is reached. A worker that dies is
   * not a failure: MAX_CRASHES counts those, and may end the order without a last attempt. Always true while the steps of the
   * order are undone.
   */
  readonly isLastAttempt: boolean;
  /**
   * The trace of the order (W3C Trace Context), if its message had one. Pass it on to the services that you call, so
   * that their logs and this service's share a trace id.
   */
  readonly traceparent?: string | undefined;
}

/**
 * A processor. Returning completes the order. Throwing PermanentFailure fails it immediately; throwing anything else
 * schedules a retry, until the order's budget is used up. TransientFailure does the same with your own code. An order
 * completes at most once, but its processor may run more than once: a crash can come between the effect and the commit.
 */
export type Processor = (order: ProcessorOrder, context: ProcessorContext) => Promise<void>;

/** The order can never succeed, so it is not retried. */
export class PermanentFailure extends Error {
  override readonly name: string = 'PermanentFailure';
  /** Short and from a fixed set, so that failures can be counted by it: `card_declined`, not a sentence. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The signal that a processor waited for did not come in time. Every later attempt of the run throws it again at the same place. */
export class SignalTimeout extends PermanentFailure {
  override readonly name = 'SignalTimeout';

  constructor(name: string) {
    super('signal_timeout', `The signal "${name}" did not come in time.`);
  }
}

/**
 * `step`, `sleep` and `waitFor` throw this when the attempt is over and the order is not: it was suspended or cancelled, the time is
 * up, the processor has ended, its steps are being undone, or another worker has the order. The processor runs again, so do not undo
 * its effects in a `catch`: the `undo` of a step does that.
 */
export class AttemptStopped extends Error {
  override readonly name = 'AttemptStopped';
}

export interface TransientFailureOptions extends ErrorOptions {
  /** Seconds before which a retry is pointless. Limited to RETRY_MAX_MS. */
  readonly retryAfterSeconds?: number;
}

/** The order may succeed later. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
  /** Short and from a fixed set: `bank_unreachable`. */
  readonly code: string;
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, { retryAfterSeconds = 0, ...options }: TransientFailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
