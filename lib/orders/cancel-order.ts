import type { Database } from '../database/database.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { type Cancellation, cancelOrder as cancelRow } from './sql/cancel-order.ts';
import { type Cancellations, cancelOrders as cancelRows } from './sql/cancel-orders.ts';

/**
 * Cancels one order, or begins to: see `cancelOrder` in lib/orders/sql. If its steps are to be undone first, a message makes a worker
 * do it; the sweep sends the message if it could not be sent.
 * @param owner the required owner; null for any
 */
export async function cancelOrder(
  deps: { readonly database: Database; readonly queue: OrderQueue },
  orderId: string,
  owner: string | null,
  change: { readonly actor: string; readonly reason: string },
): Promise<Cancellation> {
  const outcome = await cancelRow(deps.database, orderId, owner, change);
  if (!outcome || 'status' in outcome) return outcome;
  const { order } = outcome;
  if (order.endsAs && order.status !== 'Processing') await deps.queue.send([order]);
  return outcome;
}

/** Cancels several orders in the same way, in one commit. */
export async function cancelOrders(
  deps: { readonly database: Database; readonly queue: OrderQueue },
  orderIds: readonly string[],
  owner: string | null,
  change: { readonly actor: string; readonly reason: string; readonly dryRun: boolean },
): Promise<Cancellations> {
  const outcome = await cancelRows(deps.database, orderIds, owner, change);
  const toUndo = outcome.cancelled.filter(({ hasStepsToUndo }) => hasStepsToUndo);
  if (toUndo.length > 0) await deps.queue.send(toUndo);
  return outcome;
}
