import { migrate } from '../../infra/migrate.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/logger.ts';
import { findDueOrders } from '../../lib/orders/sql/due-orders.ts';
import { readLongestWait } from '../../lib/orders/sql/longest-wait.ts';
import { readOldestPendingAge } from '../../lib/orders/sql/oldest-pending.ts';
import type { Lab } from '../lab.ts';
import { type Explained, explaining } from '../plans/explaining-database.ts';
import { loadBallast, runOrders } from './workload.ts';

/** What reads the ends of indexes that every order enters and leaves. */
const READS = {
  'find 500 due': (database: Parameters<typeof findDueOrders>[0]) => findDueOrders(database, 500),
  'oldest Pending': readOldestPendingAge,
  'longest wait': readLongestWait,
};

const TIMEOUT_MS = 60_000;

export interface DeadRowsRead {
  readonly name: string;
  /** Meets the dead versions for the first time. */
  readonly first: Explained;
  /** Finds what the first has marked. */
  readonly second: Explained;
  readonly vacuumed: Explained;
}

export interface DeadRows {
  readonly reads: readonly DeadRowsRead[];
  readonly vacuumMs: number;
}

/** What the row versions that orders leave behind cost those who look for the backlog, until a VACUUM takes them away. */
export async function measureDeadRows(
  lab: Lab,
  { ballast, orders }: { ballast: number; orders: number },
): Promise<DeadRows> {
  const url = await lab.createDatabase('dead_rows');
  await migrate({ DATABASE_URL: url }, () => undefined);
  const client = await lab.connect(url);
  await client.query('ALTER TABLE orders SET (autovacuum_enabled = off)');
  await loadBallast(client, ballast);
  const explained: Explained[] = [];
  const driver = connectPg({
    url,
    poolSize: 1,
    statementTimeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
    logger: createLogger('WARN'),
  });
  const database = explaining(driver, (one) => explained.push(one));
  const explainAll = async () => {
    const results = new Map<string, Explained>();
    for (const [name, read] of Object.entries(READS)) {
      await read(database);
      const last = explained.at(-1);
      if (last) results.set(name, last);
    }
    return results;
  };
  await runOrders(driver, orders);
  const first = await explainAll();
  const second = await explainAll();
  const started = performance.now();
  await client.query('VACUUM orders');
  const vacuumMs = performance.now() - started;
  const vacuumed = await explainAll();
  await driver.close();
  await client.end();
  return {
    reads: [...first].flatMap(([name, one]) => {
      const [other, last] = [second.get(name), vacuumed.get(name)];
      return other && last ? [{ name, first: one, second: other, vacuumed: last }] : [];
    }),
    vacuumMs,
  };
}
