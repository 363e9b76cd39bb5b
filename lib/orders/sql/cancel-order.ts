import type { Queryable } from '../../database/database.ts';
import type { Order, Status } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

/** The result: the order, or the status that does not allow it; undefined if the order does not exist. */
export type Cancellation = { readonly order: Order } | { readonly status: Status } | undefined;

/** The states in which an order can be cancelled, for SQL. */
export const UNFINISHED = `'Pending', 'Waiting', 'Processing'`;

/** What an UPDATE sets to cancel an order, for the reason in $4. `free` is true if no worker has it. */
export const CANCELLED = `
  status = CASE WHEN free THEN 'Cancelled' ELSE orders.status END,
  -- The attempt that went to sleep still counts, now in this column (attemptsOf).
  attempts = attempts + (orders.status = 'Waiting' AND orders.ends_as IS NULL)::integer,
  due_at = CASE WHEN NOT free THEN due_at END,
  not_before = CASE WHEN NOT free THEN not_before END,
  finished_at = CASE WHEN free THEN now() END,
  cancel_requested_at = coalesce(orders.cancel_requested_at, now()),
  end_code = 'cancelled',
  end_reason = CASE WHEN orders.cancel_requested_at IS NULL THEN $4::text ELSE end_reason END,
  reason_code = CASE WHEN free THEN 'cancelled' WHEN orders.cancel_requested_at IS NULL THEN 'cancel_requested' ELSE orders.reason_code END,
  reason = CASE WHEN free OR orders.cancel_requested_at IS NULL THEN $4::text ELSE orders.reason END`;

/**
 * Cancels an order if it is Pending or Waiting, and otherwise asks its worker to. One statement reads the order as it locks it: a
 * worker's claim either comes first, and the order is Processing, or it finds the order Cancelled. An order with steps to undo is
 * not Cancelled yet (the trigger `orders_ending()`). Cancelling it again changes nothing.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order: then none is changed
 */
export async function cancelOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
  change: { readonly actor: string; readonly reason: string },
): Promise<Cancellation> {
  const rows = await database.query<OrderRow & { status_before: Status; changed: boolean }>(
    `WITH actor AS MATERIALIZED (
       SELECT public.act_as($3::text) AS name),
     seen AS (
       SELECT order_id, owner, status, status IN ('Pending', 'Waiting') AS free FROM public.orders
       WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text)
       LIMIT 2
       FOR UPDATE),
     o AS (
       UPDATE public.orders SET ${CANCELLED}
       FROM seen, actor
       WHERE orders.order_id = seen.order_id AND orders.owner = seen.owner AND orders.status IN (${UNFINISHED})
         AND (SELECT count(*) FROM seen) = 1
       RETURNING orders.*)
     SELECT seen.status AS status_before, o.order_id IS NOT NULL AS changed, ${ORDER_COLUMNS}
     FROM seen LEFT JOIN o ON true`,
    [orderId, owner, change.actor, change.reason],
  );
  if (rows.length > 1) throw await ambiguous(database, orderId);
  const [row] = rows;
  if (!row) return undefined;
  if (!row.changed) return { status: row.status_before };
  const [order] = await toOrders(database, [row]);
  return order && { order };
}
