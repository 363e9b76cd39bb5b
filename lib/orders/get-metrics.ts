import type { Database } from '../database/database.ts';
import { readLongestWait } from './sql/longest-wait.ts';
import { type Counters, readCounters } from './sql/read-counters.ts';
import { readWindow, type Window } from './sql/read-window.ts';

interface Metrics {
  readonly counters: Counters;
  readonly window: Window;
  /** The longest wait in seconds of a Pending order that could be claimed; 0 if there is none. */
  readonly longestWait: number;
}

/** The metrics of the orders: three statements whose cost does not depend on the number of orders. */
export async function getMetrics(database: Database, windowMinutes: number): Promise<Metrics> {
  const [counters, window, longestWait] = await Promise.all([
    readCounters(database),
    readWindow(database, windowMinutes),
    readLongestWait(database),
  ]);
  return { counters, window, longestWait };
}
