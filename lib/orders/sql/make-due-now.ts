import type { Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import { LOOK_AHEAD_SECONDS } from './due-at.ts';
import { keysToJson, WANTED_KEYS } from './keys.ts';

/**
 * Makes Pending and Waiting orders due now, or shortly before they may start, because no message of theirs is in flight: the
 * next sweep sends one.
 */
export async function makeDueNow(database: Queryable, keys: readonly OrderKey[]): Promise<void> {
  await database.query(
    `WITH unsent AS MATERIALIZED (
       -- By key alone: with a condition on the status, the planner may read the whole backlog, which is large when
       -- sends fail.
       SELECT o.order_id, o.owner, o.status
       FROM public.orders o JOIN ${WANTED_KEYS} USING (order_id, owner)
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o SKIP LOCKED)
     UPDATE public.orders o SET
       due_at = greatest(now(), o.not_before - interval '${LOOK_AHEAD_SECONDS} seconds')
     FROM unsent
     -- A claim that came in the meantime has set its own due date.
     WHERE o.order_id = unsent.order_id AND o.owner = unsent.owner AND unsent.status IN ('Pending', 'Waiting')`,
    [keysToJson(keys)],
  );
}
