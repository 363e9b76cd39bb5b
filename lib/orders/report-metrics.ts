import type { Database } from '../database/database.ts';
import type { Metrics } from '../observability/metrics.ts';
import { readLongestWait } from './sql/longest-wait.ts';
import { readCounters } from './sql/read-counters.ts';
import { rollUpMinutes } from './sql/roll-up-minutes.ts';

interface MetricsDeps {
  readonly database: Database;
  /** Undefined if metrics are not published: then they are not read either. */
  readonly metrics: Metrics | undefined;
}

/**
 * Rolls up the counts per minute, and publishes the new ones. Requests and workers publish nothing: their transactions
 * count each event exactly once, including those of psql. A minute is published two minutes after its end.
 * @param resent messages that the sweep sent
 */
export async function reportMetrics({ database, metrics }: MetricsDeps, resent: number): Promise<void> {
  const happened = await rollUpMinutes(database);
  if (!metrics) return;
  const [{ byStatus }, longestWait] = await Promise.all([readCounters(database), readLongestWait(database)]);
  metrics.publish({
    OrdersAccepted: happened.Created,
    OrdersCompleted: happened.Completed,
    OrdersFailed: happened.Failed,
    OrdersRetried: happened.Retried,
    OrdersCancelled: happened.Cancelled,
    OrdersResent: resent,
    OrdersPending: byStatus.Pending,
    LongestWait: longestWait,
  });
}
