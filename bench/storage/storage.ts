import { migrate } from '../../lib/database/migrate.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, short, whole } from '../result.ts';
import { walPosition } from '../wal-position.ts';
import { type DeadRows, measureDeadRows } from './dead-rows.ts';
import { loadBallast, runOrders, type WorkloadTimes } from './workload.ts';

const FULL = { ballast: 300_000, orders: 40_000 };
const TINY: typeof FULL = { ballast: 1_000, orders: 200 };

const TIMEOUT_MS = 60_000;

/** The indexes to drop: none, one, or all that contain (or whose predicate contains) a column that claim and finish change. */
const INDEX_SETS = {
  'as migrated': [],
  'no orders_by_status': ['orders_by_status'],
  'none that changes': ['orders_by_status', 'orders_due', 'orders_waiting', 'orders_failed'],
} as const;
type IndexSet = keyof typeof INDEX_SETS;

const CASES: readonly { readonly indexes: IndexSet; readonly fillfactor: number }[] = [
  ...[100, 90, 70, 50].map((fillfactor) => ({ indexes: 'as migrated' as const, fillfactor })),
  { indexes: 'no orders_by_status', fillfactor: 100 },
  ...[100, 90, 70, 50].map((fillfactor) => ({ indexes: 'none that changes' as const, fillfactor })),
];

interface Measured {
  readonly indexes: IndexSet;
  readonly fillfactor: number;
  readonly times: WorkloadTimes;
  /** Bytes. */
  readonly wal: number;
  readonly table: number;
  readonly index: number;
  readonly hotShare: number;
}

/** How fillfactor and indexes affect the cost of the three versions of a row. */
export async function benchStorage({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  const cases = tiny ? CASES.slice(0, 1) : CASES;
  return withLab({}, async (lab) => {
    const measured: Measured[] = [];
    for (const [at, one] of cases.entries())
      measured.push({ ...one, ...(await measure(lab, `case_${at}`, one, sizes)) });
    const deadRows = await measureDeadRows(lab, sizes);
    const client = await lab.connect();
    return toResult(measured, deadRows, sizes, await describePostgres(client));
  });
}

async function measure(
  lab: Lab,
  name: string,
  { indexes, fillfactor }: (typeof CASES)[number],
  { ballast, orders }: typeof FULL,
): Promise<Omit<Measured, 'indexes' | 'fillfactor'>> {
  const url = await lab.createDatabase(name);
  await migrate({ DATABASE_URL: url }, () => undefined);
  const client = await lab.connect(url);
  await client.query(`ALTER TABLE orders SET (fillfactor = ${fillfactor})`);
  for (const index of INDEX_SETS[indexes]) await client.query(`DROP INDEX ${index}`);
  await loadBallast(client, ballast);

  const database = connectPg({
    url,
    poolSize: 1,
    statementTimeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
    logger: createLogger('WARN'),
  });
  const before = await walPosition(client);
  const times = await runOrders(database, orders);
  const wal = (await walPosition(client)) - before;
  await database.close();

  await client.query('VACUUM orders');
  const [row] = (
    await client.query(
      `SELECT pg_relation_size('orders')::float8 AS "table", pg_indexes_size('orders')::float8 AS index,
              n_tup_hot_upd::float8 / greatest(n_tup_upd, 1) AS "hotShare"
       FROM pg_stat_user_tables WHERE relname = 'orders'`,
    )
  ).rows;
  await client.end();
  return { times, wal, ...row };
}

function toResult(
  measured: readonly Measured[],
  { reads, vacuumMs }: DeadRows,
  { ballast, orders }: typeof FULL,
  versions: string,
): Result {
  return {
    method:
      `${whole(orders)} orders with random ids go through insert, claim and finish in batches of 100, in waves of 5,000, ` +
      `with ${whole(ballast)} finished orders in the table, on one connection. WAL is the volume written to the log, including ` +
      'full pages. Sizes are those after a VACUUM; all cases end with the same rows. "None that changes" drops every index ' +
      'with a column that claim or finish change, which makes HOT updates possible and the sweep and lists impossible: ' +
      `it is the upper limit of what other indexes could gain. ${versions}.`,
    tables: [
      {
        title: 'By indexes and fillfactor',
        columns: [
          'indexes',
          'fillfactor',
          'HOT',
          'insert µs',
          'claim µs',
          'finish µs',
          'orders/s',
          'WAL kB per order',
          'table MB',
          'indexes MB',
        ],
        rows: measured.map(({ indexes, fillfactor, times, wal, table, index, hotShare }) => [
          indexes,
          String(fillfactor),
          `${Math.round(100 * hotShare)} %`,
          whole((1_000 * times.insert) / orders),
          whole((1_000 * times.claim) / orders),
          whole((1_000 * times.finish) / orders),
          whole((1_000 * orders) / (times.insert + times.claim + times.finish)),
          short(wal / orders / 1_000),
          short(table / 1e6),
          short(index / 1e6),
        ]),
      },
      {
        title:
          `The cost of reading the backlog with the dead versions of those ${whole(orders)} orders, and after the ` +
          `VACUUM, which took ${whole(vacuumMs)} ms`,
        columns: ['', 'pages at first', 'again', 'vacuumed', 'ms at first', 'again', 'vacuumed'],
        rows: reads.map(({ name, explained }) => [
          name,
          ...explained.map(({ pages }) => whole(pages)),
          ...explained.map(({ executionMs }) => short(executionMs)),
        ]),
      },
    ],
  };
}
