import type { Queryable } from '../../database/database.ts';

/**
 * Seconds that the order has waited which might have been claimed for the longest time; 0 when there is none. A try that
 * may not begin yet does not count, and an order that was tried or redriven waits since its next try might have begun. An
 * index look-up.
 */
export async function readLongestWait(database: Queryable): Promise<number> {
  const [row] = await database.query<{ wait: number }>(
    `SELECT extract(epoch FROM now() - coalesce(not_before, created_at))::double precision AS wait
     FROM public.orders WHERE status = 'Pending' ORDER BY coalesce(not_before, created_at) LIMIT 1`,
  );
  return Math.max(0, row?.wait ?? 0);
}
