import type { Queryable } from '../../database/database.ts';
import type { Order, Status } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

/** The result: the Cancelled order, or the status that does not allow it; undefined if the order does not exist. */
export type Cancellation = { readonly order: Order } | { readonly status: Status } | undefined;

/**
 * Cancels an order if it is Pending or Waiting. One statement reads the order as it locks it: a worker's claim either comes first,
 * and the order is Processing, or it finds the order Cancelled.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order: then none is changed
 */
export async function cancelOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
  change: { readonly actor: string; readonly reason: string },
): Promise<Cancellation> {
  const rows = await database.query<OrderRow & { status_before: Status; cancelled: boolean }>(
    `WITH actor AS MATERIALIZED (
       SELECT public.act_as($3::text) AS name),
     seen AS (
       SELECT order_id, owner, status FROM public.orders
       WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text)
       LIMIT 2
       FOR UPDATE),
     o AS (
       UPDATE public.orders SET
         status = 'Cancelled',
         -- The attempt that went to sleep still counts, now in this column (attemptsOf).
         attempts = attempts + (seen.status = 'Waiting')::integer,
         due_at = NULL,
         not_before = NULL,
         finished_at = now(),
         reason_code = 'cancelled',
         reason = $4::text
       FROM seen, actor
       WHERE orders.order_id = seen.order_id AND orders.owner = seen.owner AND seen.status IN ('Pending', 'Waiting')
         AND (SELECT count(*) FROM seen) = 1
       RETURNING orders.*)
     SELECT seen.status AS status_before, o.order_id IS NOT NULL AS cancelled, ${ORDER_COLUMNS}
     FROM seen LEFT JOIN o ON true`,
    [orderId, owner, change.actor, change.reason],
  );
  if (rows.length > 1) throw await ambiguous(database, orderId);
  const [row] = rows;
  if (!row) return undefined;
  if (!row.cancelled) return { status: row.status_before };
  const [order] = await toOrders(database, [row]);
  return order && { order };
}
