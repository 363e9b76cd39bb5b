import type { Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import { type KeyRow, keyOfRow, keysToJson, WANTED_KEYS } from './keys.ts';

/**
 * For each of these orders a text that changes with everything that GET /orders/{order_id} shows of it; null if there is no such order.
 * Neither steps nor the timeouts of waits change the order's row, and a sleep ends with time.
 */
export async function readVersions(database: Queryable, keys: readonly OrderKey[]): Promise<(string | null)[]> {
  const rows = await database.query<KeyRow & { version: string }>(
    `SELECT o.order_id, o.owner, concat_ws(' ', o.xmin, s.recorded, s.undone, s.sleeping, w.ended) AS version
     FROM ${WANTED_KEYS} JOIN public.orders o USING (order_id, owner)
     CROSS JOIN LATERAL (
       SELECT count(*) AS recorded, count(s.undone_at) AS undone,
         count(*) FILTER (WHERE s.kind = 'sleep' AND s.finished_at > now()) AS sleeping
       FROM public.order_steps s WHERE s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run) AS s
     CROSS JOIN LATERAL (
       SELECT count(*) AS ended
       FROM public.order_signals w WHERE w.owner = o.owner AND w.order_id = o.order_id AND w.run = o.run) AS w`,
    [keysToJson(keys)],
  );
  const versions = new Map(rows.map((row) => [keyOfRow(row), row.version]));
  return keys.map((key) => versions.get(key) ?? null);
}
