import type { Queryable } from '../../database/database.ts';

/**
 * Makes Pending orders due now, or as soon as their next try may begin, because no message of theirs is on its way: the
 * next sweep sends one.
 */
export async function hastenOrders(database: Queryable, orderIds: readonly string[]): Promise<void> {
  await database.query(
    `WITH unsent AS MATERIALIZED (
       -- By id alone: with the status in it, the planner may read the whole backlog, which is large when sends fail.
       SELECT o.order_id, o.status
       FROM public.orders o JOIN json_array_elements_text($1::json) AS wanted(order_id) ON o.order_id = wanted.order_id
       ORDER BY o.order_id
       FOR UPDATE OF o SKIP LOCKED)
     UPDATE public.orders o SET due_at = greatest(now(), o.not_before) FROM unsent
     -- A claim that came meanwhile has a due date of its own.
     WHERE o.order_id = unsent.order_id AND unsent.status = 'Pending'`,
    [JSON.stringify(orderIds)],
  );
}
