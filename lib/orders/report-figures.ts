import type { Database } from '../database/database.ts';
import type { Metrics } from '../observability/metrics.ts';
import { readLongestWait } from './sql/longest-wait.ts';
import { readCounters } from './sql/read-counters.ts';
import { rollUpMinutes } from './sql/roll-up-minutes.ts';

export interface FigureParts {
  readonly database: Database;
  /** Undefined where nobody looks at them: then nothing is read for them either. */
  readonly metrics: Metrics | undefined;
}

/**
 * Tidies what the database counts by the minute, and publishes what it counted. The requests and workers publish nothing:
 * their transactions count anyway, exactly once each, whoever writes. A minute is over for two minutes when it is told.
 * @param resent messages that the sweep sent
 */
export async function reportFigures({ database, metrics }: FigureParts, resent: number): Promise<void> {
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
