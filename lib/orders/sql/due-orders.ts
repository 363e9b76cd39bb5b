import type { Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import { type KeyRow, keyOfRow, keysToJson, WANTED_KEYS } from './keys.ts';

/** A page of unfinished orders whose due date has come, longest due first; none while processing is paused. */
export async function findDueOrders(database: Queryable, limit: number): Promise<OrderKey[]> {
  const rows = await database.query<KeyRow>(
    `SELECT order_id, owner FROM public.orders
     WHERE due_at <= now() AND NOT EXISTS (SELECT FROM public.processing_control WHERE paused)
     ORDER BY due_at LIMIT $1::integer`,
    [limit],
  );
  return rows.map(keyOfRow);
}

/**
 * Notes that the message of due orders was sent again: the sweep looks at each the next time after twice as long, at
 * most 15 minutes. Never writes a status. Answers how many orders it noted.
 */
export async function postponeOrders(
  database: Queryable,
  keys: readonly OrderKey[],
  resendAfterSeconds: number,
): Promise<number> {
  const rows = await database.query(
    `WITH sent AS MATERIALIZED (
       -- By key alone: with the due date in it, the planner may read all due orders for each page of them.
       SELECT o.order_id, o.owner, o.due_at
       FROM public.orders o JOIN ${WANTED_KEYS} USING (order_id, owner)
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o SKIP LOCKED)
     UPDATE public.orders o SET
       sends = o.sends + 1,
       due_at = now() + least(interval '15 minutes',
         -- Bounded before it doubles: 2^sends alone would overflow one day.
         $2::double precision * 2 ^ least(o.sends + 1, 10) * interval '1 second')
     FROM sent
     -- Whoever changed it meanwhile gave it a due date that fits.
     WHERE o.order_id = sent.order_id AND o.owner = sent.owner AND sent.due_at <= now()
     RETURNING o.order_id`,
    [keysToJson(keys), resendAfterSeconds],
  );
  return rows.length;
}
