import { DatabaseError } from '../database/database-error.ts';
import { retryDatabase } from '../database/retry.ts';
import type { Order, Status } from './order.ts';
import { type RedriveParts, redriveOrders } from './redrive-orders.ts';
import { readOrder } from './sql/read-order.ts';

/** What came of it: the order; or why not; or undefined when there is no such order. */
export type Redrive = { readonly order: Order } | { readonly status: Status } | { readonly capped: number } | undefined;

/** Runs while another transaction has the order locked: each comes some tens of milliseconds after the last. */
const CONTENTION_RETRY = { tries: 5, withinMs: 1_000, only: 'contention' } as const;

/**
 * Has one Failed order processed afresh.
 * @param owner whose order it has to be; null for anyone's
 * @throws DatabaseError when another transaction has it locked all the time.
 */
export function redriveOrder(
  parts: RedriveParts,
  orderId: string,
  owner: string | null,
  change: { readonly actor: string; readonly reason: string },
): Promise<Redrive> {
  return retryDatabase(async () => {
    const selection = {
      orderIds: [orderId],
      reasonCode: null,
      owner,
      after: null,
      limit: 1,
      dryRun: false,
      newRun: false,
    };
    const { redrivable } = await redriveOrders(parts, { ...selection, ...change });
    const order = await readOrder(parts.database, orderId, owner);
    if (!order) return undefined;
    if (redrivable.length > 0) return { order };
    if (order.status !== 'Failed') return { status: order.status };
    if (order.redrives >= parts.maxRedrives) return { capped: order.redrives };
    throw new DatabaseError('another transaction is at the order', 'contention', undefined, undefined);
  }, CONTENTION_RETRY);
}
