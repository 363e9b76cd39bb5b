import type { Database } from '../database/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { findDueOrders, postponeOrders } from './sql/due-orders.ts';

export interface SweepDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly logger: Logger;
  readonly resendAfterSeconds: number;
  /** False if no order has an owner. Otherwise, owners are served in turn. */
  readonly hasOwners?: boolean;
}

/** Orders that are read and sent at a time: few enough that a failing queue costs little. */
const PAGE = 500;

/**
 * How many due orders are read to find the owners among them. Each page reads them again, from memory: some 20 ms, next to
 * the 100 ms or more that sending a page takes.
 */
const AMONG = 20_000;

/** Milliseconds reserved for the page in progress when the invocation's time runs out. */
const PAGE_TIME_MS = 5_000;

/**
 * Sends a message for every unfinished order whose due date has passed: its message was lost, its worker died, or the
 * send never happened. It writes no status, so it can neither overwrite a finished order nor race a worker; two
 * concurrent sweeps only send twice. Stops at the first failed send; the next sweep retries.
 * @returns how many orders the queue accepted
 */
export async function sweepOrders(deps: SweepDeps, remainingMs: () => number): Promise<number> {
  let sent = 0;
  while (remainingMs() > PAGE_TIME_MS) {
    const messages = await findDueOrders(deps.database, PAGE, deps.hasOwners === false ? PAGE : AMONG);
    if (messages.length === 0) break;
    const { accepted, failed } = await deps.queue.send(messages);
    const postponed = await postponeOrders(deps.database, accepted, deps.resendAfterSeconds);
    sent += accepted.length;
    // If nothing was recorded, others are handling all of these orders, and reading on would return the same orders.
    if (failed.length > 0 || postponed === 0 || messages.length < PAGE) break;
  }
  if (sent > 0) deps.logger.info('Sent due orders again', { orders: sent });
  return sent;
}
