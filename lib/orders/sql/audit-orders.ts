import type { Database, Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import { HISTORY_OF_O } from './history-of.ts';
import { type KeyRow, keyOfRow, keysToJson, WANTED_KEYS } from './keys.ts';
import { attemptsOf } from './order-row.ts';

/** Unfinished orders that the sweep should have sent long ago. */
interface Overdue {
  readonly orders: number;
  /** Seconds since the most overdue order was due. */
  readonly oldestSeconds: number;
}

/**
 * None while processing is paused, and for the grace period after it was resumed, because the sweep needs time for a
 * backlog.
 * @param graceSeconds how long an order may be past its due date before it counts as overdue
 */
export async function findOverdue(database: Queryable, graceSeconds: number): Promise<Overdue> {
  const [row] = await database.query<{ orders: number; oldest: number | null }>(
    `SELECT count(*)::bigint AS orders, extract(epoch FROM now() - min(due_at))::double precision AS oldest
     FROM public.orders
     WHERE due_at < now() - $1::double precision * interval '1 second'
       AND NOT EXISTS (SELECT FROM public.processing_control
                       WHERE paused OR since > now() - $1::double precision * interval '1 second')`,
    [graceSeconds],
  );
  return { orders: row?.orders ?? 0, oldestSeconds: row?.oldest ?? 0 };
}

/** A value on which the counters and the rows disagree. */
interface CounterDrift {
  readonly figure: string;
  readonly counted: string;
  readonly actual: string;
}

const ACTUAL = `
  SELECT status, count(*) AS orders, coalesce(sum(processing_time), 0) AS processing_time,
         count(processing_time) AS timed_orders
  FROM public.orders GROUP BY status`;

/** Compares the counters with the rows in one snapshot. Reads every order, which takes minutes with many millions. */
export async function findCounterDrift(database: Queryable): Promise<CounterDrift[]> {
  return database.query<CounterDrift>(
    `WITH actual AS (${ACTUAL}),
     expected(figure, actual) AS (
       SELECT status, (SELECT coalesce(sum(orders), 0) FROM actual WHERE actual.status = s.status)
       FROM (VALUES ('Pending'), ('Processing'), ('Waiting'), ('Completed'), ('Failed'), ('Cancelled')) AS s(status)
       UNION ALL
       SELECT 'processing_time', coalesce(sum(processing_time), 0) FROM actual WHERE status = 'Completed'
       UNION ALL
       SELECT 'timed_orders', coalesce(sum(timed_orders), 0) FROM actual WHERE status = 'Completed'),
     counted(figure, counted) AS (
       SELECT figure, coalesce(sum(value), 0)
       FROM public.order_counters
       CROSS JOIN LATERAL (VALUES
         ('Pending', pending::numeric), ('Processing', processing), ('Completed', completed), ('Failed', failed),
         ('Cancelled', cancelled), ('Waiting', waiting), ('processing_time', processing_time), ('timed_orders', timed_orders)
       ) AS slot(figure, value)
       GROUP BY figure)
     SELECT figure, coalesce(counted, 0)::text AS counted, actual::text AS actual
     FROM expected LEFT JOIN counted USING (figure)
     WHERE coalesce(counted, 0) <> actual`,
  );
}

/** Recounts all orders. Writers wait, so that no change can happen between the count and storing it. */
export async function recount(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0');
    await transaction.query('LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE');
    await transaction.query('DELETE FROM public.order_counters');
    await transaction.query(
      `SELECT true AS counted FROM public.count_orders(ARRAY(
         SELECT ROW(status, orders, processing_time, timed_orders)::public.order_movement FROM (${ACTUAL}) AS actual))`,
    );
  });
}

const UNRECORDED = `
  FROM public.orders o
  LEFT JOIN LATERAL (
    SELECT to_status FROM ${HISTORY_OF_O} AS h ORDER BY entry DESC LIMIT 1) AS last ON true
  WHERE last.to_status IS DISTINCT FROM o.status`;

/** How many orders have a status other than the last one in their history. Reads every order. */
export async function countUnrecorded(database: Queryable): Promise<number> {
  const [row] = await database.query<{ orders: number }>(`SELECT count(*)::bigint AS orders ${UNRECORDED}`);
  return row?.orders ?? 0;
}

/** Adds the current status to the history of such orders, marked as a repair. Returns how many. */
export async function recordRepairs(database: Database, actor: string): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0');
    await transaction.query('LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE');
    const rows = await transaction.query(
      `INSERT INTO public.order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
       SELECT o.order_id, o.owner, now(), last.to_status, o.status, ${attemptsOf('o')}, o.token,
              'history_repaired', 'the history had ended with another status', $1::text
       ${UNRECORDED}
       RETURNING entry`,
      [actor],
    );
    return rows.length;
  });
}

/** How many orders have the id of a deleted one, as after a restore without triggers. Reads every deleted order. */
export async function countReused(database: Queryable): Promise<number> {
  const [row] = await database.query<{ orders: number }>(
    'SELECT count(*)::bigint AS orders FROM public.orders JOIN public.order_tombstones USING (order_id, owner)',
  );
  return row?.orders ?? 0;
}

/** The keys of these orders that exist, and whether each still needs a message. */
export async function findUnfinished(
  database: Queryable,
  keys: readonly OrderKey[],
): Promise<ReadonlyMap<OrderKey, { readonly unfinished: boolean }>> {
  const rows = await database.query<KeyRow & { unfinished: boolean }>(
    `SELECT order_id, owner, due_at IS NOT NULL AS unfinished
     FROM public.orders JOIN ${WANTED_KEYS} USING (order_id, owner)`,
    [keysToJson(keys)],
  );
  return new Map(rows.map(({ unfinished, ...row }) => [keyOfRow(row), { unfinished }]));
}
