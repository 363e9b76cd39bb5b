import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { deleteFinished, OLDEST } from './sql/delete-finished.ts';
import type { Position } from './sql/list-position.ts';

/** How many days after they were finished orders are deleted; undefined: never. */
export interface Retention {
  /** Completed and Cancelled ones. */
  readonly days: number | undefined;
  /** Failed ones, which somebody may still redrive. */
  readonly failedDays: number | undefined;
}

interface RetentionDeps {
  readonly database: Database;
  readonly logger: Logger;
  readonly retention: Retention;
}

/**
 * Orders per commit: their locks, and that of the counters, last for some 80 ms on a busy machine with two CPUs. A page that fails
 * is tried again with a tenth of the orders, because those with many steps take longer.
 */
const PAGE = 500;

/** Milliseconds per run: half of the time between two sweeps on AWS, so that the next one is not delayed. Locally, sweeps wait. */
const RUN_MS = 30_000;

/** Milliseconds reserved for the page in progress when the invocation's time runs out. */
const PAGE_TIME_MS = 5_000;

/**
 * Deletes the orders that were finished long enough ago, page by page. After each page it rests for as long as that one took, so that
 * it uses at most half of one of the database's CPUs. What is left is deleted by the next run. Runs alongside each other skip each
 * other's orders.
 * @returns how many orders it deleted
 */
export async function deleteFinishedOrders(
  { database, logger, retention: { days, failedDays } }: RetentionDeps,
  remainingMs: () => number,
): Promise<number> {
  const end = performance.now() + RUN_MS;
  const expiring = [
    { status: 'Completed', days },
    { status: 'Cancelled', days },
    { status: 'Failed', days: failedDays },
  ] as const;
  let deleted = 0;
  let size = PAGE;
  for (const { status, days } of expiring) {
    if (days === undefined) continue;
    let after = OLDEST as Position | null;
    while (after && performance.now() < end && remainingMs() > PAGE_TIME_MS) {
      const started = performance.now();
      const page = await deleteFinished(database, { status, days }, after, size).catch((error: unknown) => {
        if (size === 1 || !(error instanceof DatabaseError && error.retryable)) throw error;
        logger.warn('Could not delete a page of finished orders', { error, orders: size });
        size = Math.ceil(size / 10);
      });
      if (!page) continue;
      deleted += page.deleted;
      after = page.next;
      if (after) await delay(performance.now() - started);
    }
  }
  if (deleted > 0) logger.info('Deleted finished orders', { orders: deleted });
  return deleted;
}
