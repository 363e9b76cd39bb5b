import type { Queryable } from '../../database/database.ts';

/**
 * Makes Pending orders due now, or as soon as their next try may begin, because no message of theirs is on its way: the
 * next sweep sends one.
 */
export async function hastenOrders(database: Queryable, orderIds: readonly string[]): Promise<void> {
  await database.query(
    `WITH unsent AS (
       SELECT o.order_id
       FROM orders o JOIN json_array_elements_text($1::json) AS wanted(order_id) ON o.order_id = wanted.order_id
       -- A claim that came meanwhile has a due date of its own.
       WHERE o.status = 'Pending'
       ORDER BY o.order_id
       FOR UPDATE OF o SKIP LOCKED)
     UPDATE orders o SET due_at = greatest(now(), o.not_before) FROM unsent WHERE o.order_id = unsent.order_id`,
    [JSON.stringify(orderIds)],
  );
}
