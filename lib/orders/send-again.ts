import type { Logger } from '../logger.ts';
import type { OrderMessage, OrderQueue } from '../queue/order-queue.ts';

/**
 * Times that a message may be sent on without an attempt being counted. Attempts are bounded by the order's row; this bounds
 * the rest, since Lambda's own detection of loops is off for the worker (serverless.yml). 250 orders of 20 s that lost their
 * workers at once take up to 28 hops to spread over 10 environments (simulated); an order that needs more has met a worker
 * without time as often, and the sweep finds it within 15 minutes.
 */
export const MAX_HOPS = 32;

interface Parts {
  readonly queue: OrderQueue;
  readonly logger: Logger;
}

/**
 * Sends messages to the queue that they came from. One that could not be sent, or has made too many hops, is the sweep's:
 * each of these orders has a due date.
 */
export async function sendAgain({ queue, logger }: Parts, messages: readonly OrderMessage[]): Promise<void> {
  const sendable = messages.filter(({ hops = 0 }) => hops <= MAX_HOPS);
  const orders = messages.length - sendable.length;
  if (orders > 0) logger.warn('Left orders to the sweep that were sent on too often', { orders });
  if (sendable.length > 0) await queue.send(sendable);
}
