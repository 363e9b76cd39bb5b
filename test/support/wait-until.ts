import { setTimeout as sleep } from 'node:timers/promises';
import type { Psql } from './psql.ts';

/** Milliseconds. Far longer than any condition takes on a busy machine, and below jest's own timeout. */
const PATIENCE_MS = 20_000;

/** Polls until the result is true. */
export async function waitUntil(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`timed out waiting until ${what}`);
    await sleep(5);
  }
}

/** Polls until the condition does not throw, and returns its result. Fails with its last error. */
export async function eventually<T>(condition: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  for (const end = performance.now() + patienceMs; ; await sleep(20)) {
    try {
      return await condition();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** Waits until this many sessions of the database wait for a lock that another session holds. */
export async function waitForLockWaits(psql: Psql, sessions: number): Promise<void> {
  await waitUntil(`${sessions} sessions wait for a lock`, async () => {
    // Within a transaction, Postgres would return the same snapshot each time.
    await psql.rows('SELECT pg_stat_clear_snapshot()');
    const waiting = await psql.value<number>(
      `SELECT count(*)::integer FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting >= sessions;
  });
}
