import type { Processor } from '../processors/processor.ts';
import { decideFailure, type RetryPolicy } from './retry-policy.ts';
import type { Claim } from './sql/claim-orders.ts';
import type { Verdict } from './sql/finish-orders.ts';

export interface RunnerParts {
  readonly processor: Processor;
  readonly retryPolicy: RetryPolicy;
}

/** Runs the processor on a claimed order, and says what became of it. Never throws, whatever the processor does. */
export async function runProcessor(
  { processor, retryPolicy }: RunnerParts,
  order: Claim,
  traceparent: string | undefined,
  signal: AbortSignal,
): Promise<Verdict> {
  const attempt = order.attempts + 1;
  const started = performance.now();
  try {
    await untilAborted(processor({ ...order, attempt, traceparent }, signal), signal);
    const processingTime = Number(((performance.now() - started) / 1_000).toFixed(6));
    return { ...pending(order), status: 'Completed', processingTime, reasonCode: null, reason: null };
  } catch (error) {
    return { ...pending(order), attempts: attempt, ...decideFailure(error, attempt, signal.aborted, retryPolicy) };
  }
}

/** The verdict on a claim that took all the time: it is given back, and no attempt is charged for it. */
export function notBegun(order: Claim): Verdict {
  return { ...pending(order), reasonCode: 'not_begun', reason: 'no time was left to begin' };
}

function pending({ orderId, token, attempts }: Claim) {
  return { orderId, token, attempts, status: 'Pending', processingTime: null, delaySeconds: 0 } as const;
}

/** Rejects when the signal aborts, also for a processor that does not listen to it. */
async function untilAborted(running: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error('not finished within the time of the invocation', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
