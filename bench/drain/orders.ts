import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Orders per statement: as many as keep the trigger's transition table in memory. */
const CHUNK = 10_000;

/** Seconds. Far longer than any drain takes, so that no sweep sends a second message during the run. */
const DUE_IN = 3_600;

/** The id of the order with this number, from 1. A hash, because the ids of clients are not in sequence either. */
function pendingId(n: number): string {
  return createHash('md5').update(String(n)).digest('hex');
}

/** The ids of `count` orders, starting with this number. */
export function pendingIds(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => pendingId(from + index));
}

/** Inserts Pending orders. Only the table of the service has `due_at`. */
export async function insertPending(client: pg.Client, count: number, table: 'ours' | 'plain' = 'ours'): Promise<void> {
  const [column, value] = table === 'ours' ? [', due_at', `, now() + interval '${DUE_IN} seconds'`] : ['', ''];
  for (let from = 1; from <= count; from += CHUNK)
    await client.query(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount${column})
       SELECT md5(n::text), n, '{1,2,3}', 19.99${value}
       FROM generate_series($1::integer, $2::integer) AS n ORDER BY 1`,
      [from, Math.min(count, from + CHUNK - 1)],
    );
}

/** Brings the tables into the state of a service that has run for some time: with statistics, and nothing left to write. */
export async function settle(client: pg.Client): Promise<void> {
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}

/** Milliseconds since 1970 at which the last order was Completed. */
export async function lastCompleted(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    `SELECT extract(epoch FROM max(finished_at))::double precision * 1000 AS at,
            count(*) FILTER (WHERE status <> 'Completed')::integer AS others
     FROM orders`,
  );
  const [{ at, others }] = rows;
  if (others > 0) throw new Error(`${others} orders are not Completed`);
  return at;
}
