import type { Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import { delayFor, type OrderMessage } from '../../queue/order-queue.ts';
import { isSuspect } from './claim-orders.ts';
import { type KeyRow, keysToJson, WANTED_KEYS } from './keys.ts';

/**
 * A page of messages for unfinished orders whose due date has passed; empty while processing is paused. Owners are served in turn,
 * each with the longest overdue first, so that ten orders of one do not wait for the ten thousand of another.
 * An order can be due a while before it may start (lib/orders/sql/due-at.ts); its message is delayed until then. One that lost a
 * worker, or whose undo did not succeed, is sent alone, because workers process such orders one at a time.
 * @param among how many due orders are read to find the owners among them
 */
export async function findDueOrders(database: Queryable, limit: number, among = limit): Promise<OrderMessage[]> {
  const rows = await database.query<KeyRow & { wait: number | null; suspect: boolean }>(
    `WITH due AS MATERIALIZED (
       SELECT order_id, owner, due_at, not_before, ${isSuspect('orders')} AS suspect
       FROM public.orders
       WHERE due_at <= now() AND NOT EXISTS (SELECT FROM public.processing_control WHERE paused)
       ORDER BY due_at LIMIT $2::integer)
     SELECT order_id, owner, extract(epoch FROM not_before - now())::double precision AS wait, suspect
     FROM due ORDER BY row_number() OVER (PARTITION BY owner ORDER BY due_at), due_at LIMIT $1::integer`,
    [limit, among],
  );
  return rows.map(({ order_id: orderId, owner, wait, suspect }) => ({
    orderId,
    owner,
    ...(suspect && { alone: true }),
    ...(wait !== null && wait > 0 && { delaySeconds: delayFor(wait) }),
  }));
}

/**
 * Records that the message of due orders was sent again: the sweep checks each order again after twice the previous
 * time, at most 15 minutes. Never writes a status. Returns how many orders it recorded.
 */
export async function postponeOrders(
  database: Queryable,
  keys: readonly OrderKey[],
  resendAfterSeconds: number,
): Promise<number> {
  const rows = await database.query(
    `WITH sent AS MATERIALIZED (
       -- By key alone: with a condition on the due date, the planner may read all due orders for each page.
       SELECT o.order_id, o.owner, o.due_at
       FROM public.orders o JOIN ${WANTED_KEYS} USING (order_id, owner)
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o SKIP LOCKED)
     UPDATE public.orders o SET
       sends = o.sends + 1,
       due_at = greatest(now(), o.not_before) + least(interval '15 minutes',
         -- Limited before it doubles: otherwise 2^sends would eventually overflow.
         $2::double precision * 2 ^ least(o.sends + 1, 10) * interval '1 second')
     FROM sent
     -- A transaction that changed the order in the meantime has set the right due date.
     WHERE o.order_id = sent.order_id AND o.owner = sent.owner AND sent.due_at <= now()
     RETURNING o.order_id`,
    [keysToJson(keys), resendAfterSeconds],
  );
  return rows.length;
}
