import type { Database } from '../database/database.ts';
import { readOldestPendingAge } from './sql/oldest-pending.ts';
import { type Counters, readCounters } from './sql/read-counters.ts';
import { readWindow, type Window } from './sql/read-window.ts';

export interface Metrics {
  readonly counters: Counters;
  readonly window: Window;
  /** In seconds; 0 if no order is Pending. */
  readonly oldestPendingAge: number;
}

/** The metrics of the orders: three statements whose cost does not depend on the number of orders. */
export async function getMetrics(database: Database, windowMinutes: number): Promise<Metrics> {
  const [counters, window, oldestPendingAge] = await Promise.all([
    readCounters(database),
    readWindow(database, windowMinutes),
    readOldestPendingAge(database),
  ]);
  return { counters, window, oldestPendingAge };
}
