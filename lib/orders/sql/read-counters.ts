import type { Queryable } from '../../database/database.ts';
import type { Status } from '../order.ts';

export interface Counters {
  readonly byStatus: Readonly<Record<Status, number>>;
  /** In seconds, the mean over Completed orders; 0 if there are none. */
  readonly averageProcessingTime: number;
}

/** Adds up the counter slots: a fixed number of rows, however many orders there are. */
export async function readCounters(database: Queryable): Promise<Counters> {
  const [row] = await database.query<Record<Lowercase<Status>, number> & { average: string }>(
    `SELECT coalesce(sum(pending), 0)::bigint AS pending,
            coalesce(sum(processing), 0)::bigint AS processing,
            coalesce(sum(completed), 0)::bigint AS completed,
            coalesce(sum(failed), 0)::bigint AS failed,
            coalesce(sum(cancelled), 0)::bigint AS cancelled,
            coalesce(sum(waiting), 0)::bigint AS waiting,
            coalesce(round(sum(processing_time) / nullif(sum(timed_orders), 0), 6), 0) AS average
     FROM public.order_counters`,
  );
  if (!row) throw new Error('an aggregate without GROUP BY returned no row');
  return {
    byStatus: {
      Pending: row.pending,
      Processing: row.processing,
      Waiting: row.waiting,
      Completed: row.completed,
      Failed: row.failed,
      Cancelled: row.cancelled,
    },
    averageProcessingTime: Number(row.average),
  };
}
