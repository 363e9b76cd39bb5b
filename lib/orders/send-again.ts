import type { Logger } from '../observability/logger.ts';
import { parseKey } from '../order-key.ts';
import type { Task } from '../queue/message.ts';
import type { OrderMessage, OrderQueue } from '../queue/order-queue.ts';

/**
 * How many times a message may be sent on without counting an attempt. The order's row bounds attempts; this bounds the
 * rest, because Lambda's own loop detection is off for the worker (serverless.yml). 250 orders of 20 s that lost their
 * workers at once take up to 28 hops to spread over 10 environments (simulated). An order that needs more has met a
 * worker without time as often, and the sweep finds it within 15 minutes.
 */
export const MAX_HOPS = 32;

interface Deps {
  readonly queue: OrderQueue;
  readonly logger: Logger;
}

/**
 * Sends messages to the queue that they came from. If a message cannot be sent, or has made too many hops, the sweep
 * sends the next one: each of these orders has a due date.
 */
export async function sendAgain({ queue, logger }: Deps, messages: readonly OrderMessage[]): Promise<void> {
  const sendable = messages.filter(({ hops = 0 }) => hops <= MAX_HOPS);
  const orders = messages.length - sendable.length;
  if (orders > 0) logger.warn('Orders were sent on too often; the sweep will send them', { orders });
  if (sendable.length > 0) await queue.send(sendable);
}

/** The message for an order that is sent on without an attempt. */
export function oneHopFurther({ key, traceparent, hops = 0 }: Task): OrderMessage {
  return { ...parseKey(key), traceparent, hops: hops + 1 };
}
