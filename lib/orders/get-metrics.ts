import type { Database } from '../database/database.ts';
import { readLongestWait } from './sql/longest-wait.ts';
import { readCounters } from './sql/read-counters.ts';
import { readWindow } from './sql/read-window.ts';

/** The metrics of the orders: three statements whose cost does not depend on the number of orders. */
export async function getMetrics(database: Database, windowMinutes: number) {
  const [counters, window, longestWait] = await Promise.all([
    readCounters(database),
    readWindow(database, windowMinutes),
    readLongestWait(database),
  ]);
  return { counters, window, longestWait };
}
