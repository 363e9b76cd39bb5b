import type { Queryable } from '../../database/database.ts';

/** Seconds since the oldest Pending order was created; 0 if no order is Pending. One index look-up. */
export async function readOldestPendingAge(database: Queryable): Promise<number> {
  const [row] = await database.query<{ age: number }>(
    `SELECT extract(epoch FROM now() - created_at)::double precision AS age
     FROM public.orders WHERE status = 'Pending' ORDER BY created_at LIMIT 1`,
  );
  return Math.max(0, row?.age ?? 0);
}
