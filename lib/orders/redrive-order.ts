import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import type { Order, Status } from './order.ts';
import { type RedriveDeps, redriveOrders } from './redrive-orders.ts';
import { readOrder } from './sql/read-order.ts';

/** The result: the order, or why it was not redriven; undefined if the order does not exist. */
type Redrive = { readonly order: Order } | { readonly status: Status } | { readonly capped: number } | undefined;

/** The most attempts while another transaction has the order locked, some tens of milliseconds apart. */
const CONTENTION_RETRY = { tries: 5, withinMs: 1_000, only: 'contention' } as const;

/**
 * Redrives one Failed order.
 * @param owner the required owner; null for any
 * @throws DatabaseError if another transaction keeps it locked
 */
export function redriveOrder(
  deps: RedriveDeps,
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
    const { redrivable } = await redriveOrders(deps, { ...selection, ...change });
    const order = await readOrder(deps.database, orderId, owner);
    if (!order) return undefined;
    if (redrivable.length > 0) return { order };
    if (order.status !== 'Failed') return { status: order.status };
    if (order.redrives >= deps.maxRedrives) return { capped: order.redrives };
    throw new DatabaseError('another transaction has locked the order', 'contention');
  }, CONTENTION_RETRY);
}
