import type { Queryable } from '../../database/database.ts';
import { FINISHED, type Status } from '../order.ts';
import { CANCELLED, UNFINISHED } from './cancel-order.ts';
import { ambiguous } from './find-owners.ts';

/** An order, and what it is now. */
export interface Named {
  readonly orderId: string;
  readonly owner: string;
  readonly status: Status;
}

export interface Cancellations {
  /** Sorted by id and owner, as are the others. Not all of them are Cancelled yet: see `cancelOrder`. */
  readonly cancelled: readonly (Named & { readonly hasStepsToUndo: boolean })[];
  /** Orders whose status does not allow it. */
  readonly others: readonly Named[];
}

interface Row extends Named {
  readonly status_before: Status;
  readonly hasStepsToUndo: boolean;
}

/**
 * Cancels those of the orders that are not finished, as `cancelOrder` does, in one statement. In a dry run, it only says which.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have an order with one of the ids: then none is changed
 */
export async function cancelOrders(
  database: Queryable,
  orderIds: readonly string[],
  owner: string | null,
  change: { readonly actor: string; readonly reason: string; readonly dryRun: boolean },
): Promise<Cancellations> {
  const rows = await database.query<Row>(
    `WITH actor AS MATERIALIZED (
       SELECT public.act_as($3::text) AS name),
     seen AS (
       SELECT order_id, owner, status, status IN ('Pending', 'Waiting') AS free FROM public.orders
       WHERE order_id IN (SELECT json_array_elements_text($1::json)) AND ($2::text IS NULL OR owner = $2::text)
       ORDER BY order_id, owner
       FOR UPDATE),
     o AS (
       UPDATE public.orders SET ${CANCELLED}
       FROM seen, actor
       WHERE NOT $5::boolean AND orders.order_id = seen.order_id AND orders.owner = seen.owner AND orders.status IN (${UNFINISHED})
         -- Counted in this statement, so that no other owner can begin to use one of the ids in between.
         AND (SELECT count(*) = count(DISTINCT order_id) FROM seen)
       RETURNING orders.order_id, orders.owner, orders.status, orders.ends_as),
     audited AS (
       INSERT INTO public.audit (actor, action, owner, target, orders, reason)
       SELECT $3::text, 'orders.cancelled', CASE min(owner) WHEN max(owner) THEN min(owner) END,
         CASE count(*) WHEN 1 THEN min(order_id) END, count(*), $4::text
       FROM o HAVING count(*) > 0)
     SELECT order_id AS "orderId", owner, coalesce(o.status, seen.status) AS status, seen.status AS status_before,
       o.ends_as IS NOT NULL AND o.status <> 'Processing' AS "hasStepsToUndo"
     FROM seen LEFT JOIN o USING (order_id, owner) ORDER BY order_id, owner`,
    [JSON.stringify(orderIds), owner, change.actor, change.reason, change.dryRun],
  );
  // The rows are sorted.
  const twice = rows.find((row, index) => row.orderId === rows[index - 1]?.orderId);
  if (twice) throw await ambiguous(database, twice.orderId);
  const cancelled: Omit<Row, 'status_before'>[] = [];
  const others: Named[] = [];
  for (const { status_before: before, hasStepsToUndo, ...order } of rows)
    if (FINISHED.includes(before)) others.push(order);
    else cancelled.push({ ...order, hasStepsToUndo });
  return { cancelled, others };
}
