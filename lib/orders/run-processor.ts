import type { Callbacks } from './callbacks.ts';
import { effectKey } from './effect-key.ts';
import type { OrderDetails } from './order.ts';
import { PermanentFailure, type Processor, TransientFailure } from './processor.ts';
import { decideFailure, type RetryPolicy, UNDO_FAILED } from './retry-policy.ts';
import type { Claim } from './sql/claim-orders.ts';
import type { Verdict } from './sql/finish-orders.ts';
import type { Suspension } from './steps/pause.ts';
import { StepRun } from './steps/run-steps.ts';
import type { StepStore } from './steps/step-store.ts';
import { UndoFailure } from './steps/undoing.ts';

export interface RunnerDeps {
  readonly processor: Processor;
  readonly retryPolicy: RetryPolicy;
  /** Undefined if the service has no key for them. */
  readonly callbacks?: Callbacks | undefined;
}

export interface Outcome extends Verdict {
  readonly attempt: number;
}

/**
 * Runs the processor on a claimed order, and returns the outcome. Never throws, whatever the processor does.
 * @param details undefined if the details row is missing: the order is not processed, because only a restore helps
 */
export async function runProcessor(
  { processor, retryPolicy, callbacks }: RunnerDeps,
  order: Claim,
  details: OrderDetails | undefined,
  store: StepStore,
  traceparent: string | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const failures = order.failures + 1;
  const started = performance.now();
  let aborted = false;
  const steps = new StepRun(order, store, signal);
  const processing = async () => {
    if (!details)
      throw new PermanentFailure(
        'details_missing',
        'The order was stored with details, but order_details has none of it.',
      );
    const { orderId, userId, itemIds, totalAmount, createdAt } = order;
    const { currency = null, customerRef = null, metadata = {}, items = [], processAfter = null } = details;
    const sent = { orderId, userId, itemIds, totalAmount, createdAt };
    const values = { ...sent, currency, customerRef, metadata, items, processAfter };
    const context = {
      signal,
      idempotencyKey: effectKey(order),
      attempt: Math.max(1, order.attempt),
      // In undo, too: no attempt follows, and so the processor reaches the steps that it took in its last one.
      isLastAttempt: failures >= retryPolicy.maxAttempts || order.endsAs !== null,
      traceparent,
      step: steps.step,
      sleep: steps.sleep,
      waitFor: steps.waitFor,
      callbackUrl: (name: string) => callbackUrlOf(callbacks, order, name),
    };
    try {
      await processor(values, context);
    } finally {
      aborted = signal.aborted;
    }
  };
  try {
    if (order.endsAs) {
      await steps.undo(processing);
      // Postgres has why it ends, and whether as Failed or as Cancelled.
      return { ...pending(order), status: 'Failed', reasonCode: null, reason: null };
    }
    const suspension = await steps.toEnd(processing);
    if (suspension) return suspended(order, suspension);
    const processingTime = Number(((performance.now() - started) / 1_000).toFixed(6));
    return { ...pending(order), status: 'Completed', processingTime, reasonCode: null, reason: null };
  } catch (error) {
    if (order.endsAs) return notUndone(order, error, signal.aborted, retryPolicy);
    return { ...pending(order), failures, ...decideFailure(error, failures, aborted, retryPolicy) };
  }
}

/** The outcome of an order whose undo did not succeed. Its budget is for one step: it starts again with each that was undone. */
function notUndone(order: Claim, error: unknown, aborted: boolean, retryPolicy: RetryPolicy): Outcome {
  const failure = error instanceof UndoFailure ? error : new UndoFailure('Reading the steps to undo', 0, error);
  const undoAttempts = failure.undone > 0 ? 1 : order.undoAttempts;
  const decision = decideFailure(failure.cause, undoAttempts, aborted, retryPolicy);
  return {
    ...pending(order),
    ...decision,
    undoAttempts,
    reason: `${failure.act}: ${decision.reason}`,
    reasonCode: decision.status === 'Failed' ? UNDO_FAILED : decision.reasonCode,
  };
}

/** @throws TransientFailure if there are none: setting the key completes the orders that wait for it. */
function callbackUrlOf(callbacks: Callbacks | undefined, { owner, orderId, run }: Claim, name: string): string {
  if (callbacks) return callbacks.urlOf({ owner, orderId, run, name });
  throw new TransientFailure('callback_not_configured', 'There are no callback URLs: set CALLBACK_SECRET.');
}

/** The outcome of an order whose processor sleeps or waits for a signal. */
function suspended(order: Claim, { kind, name, delaySeconds }: Suspension): Outcome {
  return { ...pending(order), status: 'Waiting', delaySeconds, reasonCode: kind, reason: name };
}

/** Why an order is Pending again without an attempt. */
export const NOT_BEGUN = 'not_begun';

/** The outcome of a claim that used up all the time: the order is released, and no attempt is counted. */
export function notBegun(order: Claim): Outcome {
  const undoAttempts = Math.max(0, order.undoAttempts - 1);
  return { ...pending(order), undoAttempts, reasonCode: NOT_BEGUN, reason: 'no time was left to start' };
}

function pending({ orderId, owner, token, attempt, failures, signals }: Claim) {
  return {
    orderId,
    owner,
    token,
    attempt,
    failures,
    signals,
    status: 'Pending',
    processingTime: null,
    delaySeconds: 0,
  } as const;
}
