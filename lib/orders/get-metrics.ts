import type { Database } from '../database/database.ts';
import { readOldestPendingAge } from './sql/oldest-pending.ts';
import { type Counters, readCounters } from './sql/read-counters.ts';
import { readWindow, type Window } from './sql/read-window.ts';

export interface Metrics {
  readonly counters: Counters;
  readonly window: Window;
  /** Seconds; 0 when nothing is Pending. */
  readonly oldestPendingAge: number;
}

/** What the orders are doing: three statements at a cost that does not depend on how many orders there are. */
export async function getMetrics(database: Database, windowMinutes: number): Promise<Metrics> {
  const [counters, window, oldestPendingAge] = await Promise.all([
    readCounters(database),
    readWindow(database, windowMinutes),
    readOldestPendingAge(database),
  ]);
  return { counters, window, oldestPendingAge };
}
