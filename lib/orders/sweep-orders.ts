import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { parseKey } from '../order-key.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { findDueOrders, postponeOrders } from './sql/due-orders.ts';

export interface SweepParts {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly logger: Logger;
  readonly resendAfterSeconds: number;
}

/** Orders that are read and sent at a time: small enough that a failing queue costs little. */
const PAGE = 500;

/** Milliseconds kept for the page under way when the invocation's time runs out. */
const PAGE_TIME_MS = 5_000;

/**
 * Sends a message for every unfinished order whose due date has come: its message was lost, its worker died, or the
 * send never happened. It writes no status, so it can neither overwrite a finished order nor race a worker; two sweeps
 * at once only send twice. Ends at the first failed send: the queue is down, and the next sweep tries again.
 * @returns how many messages the queue accepted.
 */
export async function sweepOrders(parts: SweepParts, remainingMs: () => number): Promise<number> {
  let sent = 0;
  while (remainingMs() > PAGE_TIME_MS) {
    const keys = await findDueOrders(parts.database, PAGE);
    if (keys.length === 0) break;
    const { accepted, failed } = await parts.queue.send(keys.map(parseKey));
    const postponed = await postponeOrders(parts.database, accepted, parts.resendAfterSeconds);
    sent += accepted.length;
    // Nothing noted means that others are at all of these orders, and that reading on would read them again.
    if (failed.length > 0 || postponed === 0 || keys.length < PAGE) break;
  }
  if (sent > 0) parts.logger.info('Sent orders again that were due', { orders: sent });
  return sent;
}
