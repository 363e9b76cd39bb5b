import type { Database } from '../../database/database.ts';
import type { Event } from './read-window.ts';

/** An arbitrary constant, other than that of the migrations: one roll-up at a time is enough. */
const ADVISORY_LOCK = 7_402_312;

/**
 * From fine to coarse, so that the table does not grow without bound:
 * - after 2 minutes, the slots of a minute become one row (-1). A transaction that was open for longer adds a new row
 * in its slot, which the next run includes. So each event leaves its slot exactly once, and is published then;
 * - after 48 hours, the minutes of an hour become one;
 * - after 90 days, the hours are deleted.
 */
const MINUTES = `
  ${rollUp(`minute < date_trunc('minute', now()) - interval '2 minutes' AND slot >= 0`, 'minute')}
  SELECT event, sum(orders)::bigint AS orders FROM old GROUP BY event`;
const HOURS = `
  ${rollUp(
    `minute < date_trunc('hour', now(), 'UTC') - interval '48 hours' AND minute <> date_trunc('hour', minute, 'UTC')`,
    `date_trunc('hour', minute, 'UTC')`,
  )}
  SELECT count(*)::bigint AS rows FROM old`;
const FORGET = `DELETE FROM public.order_minutes WHERE minute < now() - interval '90 days'`;

function rollUp(which: string, into: string): string {
  return `
  WITH old AS (DELETE FROM public.order_minutes WHERE ${which} RETURNING *),
  rolled AS (
    INSERT INTO public.order_minutes AS m (minute, slot, event, detail, orders, processing_time)
    SELECT ${into}, -1, event, detail, sum(orders), sum(processing_time)
    FROM old GROUP BY 1, event, detail
    ON CONFLICT (minute, slot, event, detail) DO UPDATE SET
      orders = m.orders + excluded.orders,
      processing_time = m.processing_time + excluded.processing_time)`;
}

/**
 * Rolls up old minutes, and returns how often each event happened in those that were still in slots. Does nothing and
 * returns zeros if another roll-up is running.
 */
export async function rollUpMinutes(database: Database): Promise<Readonly<Record<Event, number>>> {
  const happened = { Created: 0, Completed: 0, Failed: 0, Cancelled: 0, Retried: 0 };
  await database.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ ours: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK}) AS ours`,
    );
    if (!lock?.ours) return;
    for (const { event, orders } of await transaction.query<{ event: Event; orders: number }>(MINUTES))
      happened[event] = orders;
    await transaction.query(HOURS);
    await transaction.query(FORGET);
  });
  return happened;
}
