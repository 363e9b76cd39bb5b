import { effectKey } from './effect-key.ts';
import type { OrderDetails } from './order.ts';
import type { Processor } from './processor.ts';
import { decideFailure, type RetryPolicy } from './retry-policy.ts';
import type { Claim } from './sql/claim-orders.ts';
import type { Verdict } from './sql/finish-orders.ts';
import { StepRun, type Suspension } from './steps/run-steps.ts';
import type { StepStore } from './steps/step-store.ts';

export interface RunnerParts {
  readonly processor: Processor;
  readonly retryPolicy: RetryPolicy;
}

export interface Outcome extends Verdict {
  readonly attempt: number;
}

/** Runs the processor on a claimed order, and returns the outcome. Never throws, whatever the processor does. */
export async function runProcessor(
  { processor, retryPolicy }: RunnerParts,
  order: Claim,
  details: OrderDetails,
  store: StepStore,
  traceparent: string | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const failures = order.failures + 1;
  const isLastAttempt = failures >= retryPolicy.maxAttempts;
  const started = performance.now();
  let aborted = false;
  try {
    const { orderId, userId, itemIds, totalAmount, createdAt, attempt } = order;
    const { currency = null, customerRef = null, metadata = {}, items = [] } = details;
    const values = { orderId, userId, itemIds, totalAmount, createdAt, currency, customerRef, metadata, items };
    const steps = new StepRun(order, store, signal);
    const { step, sleep, waitFor } = steps;
    const effects = { idempotencyKey: effectKey(order), step, sleep, waitFor };
    const context = { signal, attempt, isLastAttempt, traceparent, ...effects };
    const suspension = await steps.toEnd(async () => {
      try {
        await processor(values, context);
      } finally {
        aborted = signal.aborted;
      }
    });
    if (suspension) return suspended(order, suspension);
    const processingTime = Number(((performance.now() - started) / 1_000).toFixed(6));
    return { ...pending(order), status: 'Completed', processingTime, reasonCode: null, reason: null };
  } catch (error) {
    return { ...pending(order), failures, ...decideFailure(error, failures, aborted, retryPolicy) };
  }
}

/** The verdict on an order whose processor sleeps or waits for a signal. */
function suspended(order: Claim, { kind, name, delaySeconds }: Suspension): Outcome {
  return { ...pending(order), status: 'Waiting', delaySeconds, reasonCode: kind, reason: name };
}

/** Why an order is Pending again without an attempt. */
export const NOT_BEGUN = 'not_begun';

/** The outcome of a claim that used up all the time: the order is released, and no attempt is counted. */
export function notBegun(order: Claim): Outcome {
  return { ...pending(order), reasonCode: NOT_BEGUN, reason: 'no time was left to start' };
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
