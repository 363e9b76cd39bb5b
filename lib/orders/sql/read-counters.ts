import type { Queryable } from '../../database/database.ts';
import { STATUSES, type Status } from '../order.ts';

interface Counters {
  readonly byStatus: Readonly<Record<Status, number>>;
  /** In seconds, the mean over Completed orders; 0 if there are none. */
  readonly averageProcessingTime: number;
}

const SUMS = STATUSES.map((status) => `coalesce(sum(${status.toLowerCase()}), 0)::bigint AS "${status}"`).join(', ');

/** Adds up the counter slots: a fixed number of rows, however many orders there are. */
export async function readCounters(database: Queryable): Promise<Counters> {
  const [row] = await database.query<Record<Status, number> & { average: string }>(
    `SELECT ${SUMS}, coalesce(round(sum(processing_time) / nullif(sum(timed_orders), 0), 6), 0) AS average
     FROM public.order_counters`,
  );
  if (!row) throw new Error('an aggregate without GROUP BY returned no row');
  const { average, ...byStatus } = row;
  return { byStatus, averageProcessingTime: Number(average) };
}
