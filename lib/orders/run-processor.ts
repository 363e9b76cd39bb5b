import { effectKey } from './effect-key.ts';
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
  store: StepStore,
  traceparent: string | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const failures = order.failures + 1;
  const isLastAttempt = failures >= retryPolicy.maxAttempts;
  const started = performance.now();
  try {
    const { orderId, userId, itemIds, totalAmount, createdAt, attempt } = order;
    const steps = new StepRun(order, store, signal);
    const { step, sleep } = steps;
    const context = { signal, idempotencyKey: effectKey(order), attempt, isLastAttempt, traceparent, step, sleep };
    const running = steps.toEnd(() => processor({ orderId, userId, itemIds, totalAmount, createdAt }, context));
    const suspension = await untilAborted(running, signal);
    if (suspension) return suspended(order, suspension);
    const processingTime = Number(((performance.now() - started) / 1_000).toFixed(6));
    return { ...pending(order), status: 'Completed', processingTime, reasonCode: null, reason: null };
  } catch (error) {
    return { ...pending(order), failures, ...decideFailure(error, failures, signal.aborted, retryPolicy) };
  }
}

/** The verdict on an order whose processor put it to sleep. */
function suspended(order: Claim, { name, delaySeconds }: Suspension): Outcome {
  return { ...pending(order), status: 'Waiting', delaySeconds, reasonCode: 'sleep', reason: name };
}

/** Why an order is Pending again without an attempt. */
export const NOT_BEGUN = 'not_begun';

/** The outcome of a claim that used up all the time: the order is released, and no attempt is counted. */
export function notBegun(order: Claim): Outcome {
  return { ...pending(order), reasonCode: NOT_BEGUN, reason: 'no time was left to start' };
}

function pending({ orderId, owner, token, attempt, failures }: Claim) {
  return {
    orderId,
    owner,
    token,
    attempt,
    failures,
    status: 'Pending',
    processingTime: null,
    delaySeconds: 0,
  } as const;
}

/** Rejects when the signal aborts, even if the processor does not listen to it. */
async function untilAborted<Result>(running: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error('not finished within the time of the invocation', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
