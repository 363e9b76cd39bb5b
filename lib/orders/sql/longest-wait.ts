import type { Queryable } from '../../database/database.ts';

/**
 * The longest wait in seconds of a Pending order that could be claimed; 0 if there is none. Retries in
 * backoff do not count, and an order that was retried or redriven waits since its next attempt could have started. One
 * index look-up.
 */
export async function readLongestWait(database: Queryable): Promise<number> {
  const [row] = await database.query<{ wait: number }>(
    `SELECT extract(epoch FROM now() - coalesce(not_before, created_at))::double precision AS wait
     FROM public.orders WHERE status = 'Pending' ORDER BY coalesce(not_before, created_at) LIMIT 1`,
  );
  return Math.max(0, row?.wait ?? 0);
}
