import type pg from 'pg';

/** Orders per transaction: few enough for the trigger's transition table to stay in memory. */
const CHUNK = 50_000;

/** Unfinished orders, the same number for every table size: a service that keeps up has no more. */
export const BACKLOG = { pending: 1_000, processing: 100 };

/** Orders of one user. */
export const ORDERS_A_USER = 100;

/** How many of a thousand orders ended in each state; the others are Completed. */
const FAILED = 2;
const CANCELLED = 1;

export function orderId(n: number): string {
  return `load-${String(n).padStart(9, '0')}`;
}

/**
 * Fills the table with `count` finished orders and a backlog, in sets of rows and through the triggers, so that counters
 * and history are correct. A table that has some of the orders gets the rest.
 * @param report called occasionally with the number of orders so far
 */
export async function loadOrders(client: pg.Client, count: number, report: (loaded: number) => void): Promise<void> {
  for (let from = (await countFinished(client)) + 1; from <= count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK - 1);
    await client.query('BEGIN');
    await client.query(INSERT_FINISHED, [from, to]);
    await client.query(INSERT_HISTORY, [from, to]);
    await client.query('COMMIT');
    if (to % (20 * CHUNK) === 0) report(to);
  }
  const { rows } = await client.query('SELECT coalesce(sum(pending), 0)::integer AS pending FROM order_counters');
  if (rows[0].pending === 0) await insertBacklog(client);
  await client.query('VACUUM ANALYZE orders');
  await client.query('VACUUM ANALYZE order_history');
  await client.query('CHECKPOINT');
}

/** The number of finished orders. */
export async function countFinished(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    'SELECT coalesce(sum(completed + failed + cancelled), 0)::integer AS finished FROM order_counters',
  );
  return rows[0].finished;
}

/** One second apart, ending now. */
const INSERT_FINISHED = `
  INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, created_at, finished_at,
                      processing_time, token, reason_code, request_token)
  SELECT 'load-' || lpad(n::text, 9, '0'), n / ${ORDERS_A_USER}, ARRAY[n % 1000, n % 100], (n % 10000) / 100.0, status, NULL,
         created_at, created_at + interval '3 seconds', CASE WHEN status = 'Completed' THEN 2 + n % 100 / 1000.0 END,
         1, CASE WHEN status = 'Failed' THEN 'card_declined_' || n % 5 END, gen_random_uuid()
  FROM generate_series($1::integer, $2::integer) AS n
  CROSS JOIN LATERAL (SELECT
    CASE WHEN n % 1000 < ${FAILED} THEN 'Failed' WHEN n % 1000 < ${FAILED + CANCELLED} THEN 'Cancelled' ELSE 'Completed' END AS status,
    now() - (20000000 - n) * interval '1 second' AS created_at) AS made
  ORDER BY n`;

/** The earlier transitions of each order; the trigger has recorded one of the three. */
const INSERT_HISTORY = `
  INSERT INTO order_history (order_id, at, from_status, to_status, attempt, token, actor)
  SELECT order_id, created_at, from_status, to_status, attempt, attempt, 'load'
  FROM orders, (VALUES (NULL, 'Pending', 0), ('Pending', 'Processing', 1)) AS moves(from_status, to_status, attempt)
  WHERE order_id BETWEEN 'load-' || lpad($1::integer::text, 9, '0') AND 'load-' || lpad($2::integer::text, 9, '0')
  ORDER BY order_id`;

async function insertBacklog(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at)
     SELECT 'pending-' || n, n, '{1,2,3}', 19.99, now() + interval '1 day' FROM generate_series(1, ${BACKLOG.pending}) AS n`,
  );
  await client.query(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, token, due_at, lease_until)
     SELECT 'processing-' || n, n, '{1,2,3}', 19.99, 'Processing', 1, now() + interval '1 day', now() + interval '1 day'
     FROM generate_series(1, ${BACKLOG.processing}) AS n`,
  );
}

/**
 * The minutes of a busy service: 64 slots in each of the last three, one row per minute before that, and per hour after two days;
 * with as many processing times and causes of failure as a real service has.
 */
export async function loadMinutes(client: pg.Client): Promise<void> {
  await client.query('DELETE FROM order_minutes');
  await client.query(`
    INSERT INTO order_minutes (minute, slot, event, detail, orders, processing_time)
    SELECT minute, slot, event, detail, 10, CASE WHEN event = 'Completed' THEN 20 ELSE 0 END
    FROM (
      SELECT date_trunc('minute', now()) - m * interval '1 minute', s
      FROM generate_series(0, 2) AS m, generate_series(0, 63) AS s
      UNION ALL
      SELECT date_trunc('minute', now()) - m * interval '1 minute', -1 FROM generate_series(3, 2879) AS m
      UNION ALL
      SELECT date_trunc('hour', now()) - h * interval '1 hour', -1 FROM generate_series(49, 2159) AS h
    ) AS times(minute, slot)
    CROSS JOIN (
      SELECT 'Created', ''
      UNION ALL SELECT 'Completed', bucket::text FROM generate_series(6, 17) AS bucket
      UNION ALL SELECT event, 'card_declined_' || code FROM unnest(ARRAY['Failed', 'Retried']) AS event, generate_series(1, 5) AS code
    ) AS happened(event, detail)
    ON CONFLICT DO NOTHING`);
  await client.query('VACUUM ANALYZE order_minutes');
  await client.query('VACUUM ANALYZE order_counters');
}

/** As many ids of deleted orders. */
export async function loadTombstones(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO order_tombstones (order_id, owner) SELECT 'deleted-' || n, '' FROM generate_series(1, $1::integer) AS n
     ON CONFLICT DO NOTHING`,
    [count],
  );
  await client.query('VACUUM ANALYZE order_tombstones');
}
