import { migrate } from '../../lib/database/migrate.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { findDueOrders } from '../../lib/orders/sql/due-orders.ts';
import { readLongestWait } from '../../lib/orders/sql/longest-wait.ts';
import type { Lab } from '../lab.ts';
import { type Explained, explaining } from '../plans/explaining-database.ts';
import { loadBallast, runOrders } from './workload.ts';

/** The queries that read the ends of indexes that every order enters and leaves. */
const READS = {
  'find 500 due': (database: Parameters<typeof findDueOrders>[0]) => findDueOrders(database, 500),
  'longest wait': readLongestWait,
};

const TIMEOUT_MS = 60_000;

export interface DeadRowsRead {
  readonly name: string;
  /** The first query meets the dead versions; the next one finds them marked; the last one runs after the VACUUM. */
  readonly explained: readonly Explained[];
}

export interface DeadRows {
  readonly reads: readonly DeadRowsRead[];
  readonly vacuumMs: number;
}

/** How dead row versions slow down queries for the backlog until a VACUUM removes them. */
export async function measureDeadRows(
  lab: Lab,
  { ballast, orders }: { ballast: number; orders: number },
): Promise<DeadRows> {
  const url = await lab.createDatabase('dead_rows');
  await migrate({ DATABASE_URL: url }, () => undefined);
  const client = await lab.connect(url);
  await client.query('ALTER TABLE orders SET (autovacuum_enabled = off)');
  await loadBallast(client, ballast);
  const database = connectPg({
    url,
    poolSize: 1,
    statementTimeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
    logger: createLogger('WARN'),
  });
  const reads = Object.entries(READS).map(([name, read]) => ({ name, read, explained: [] as Explained[] }));
  const explainAll = async () => {
    for (const { read, explained } of reads) await read(explaining(database, (one) => explained.push(one)));
  };
  await runOrders(database, orders);
  await explainAll();
  await explainAll();
  const started = performance.now();
  await client.query('VACUUM orders');
  const vacuumMs = performance.now() - started;
  await explainAll();
  await database.close();
  await client.end();
  return { reads, vacuumMs };
}
