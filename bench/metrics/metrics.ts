import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { readLongestWait } from '../../lib/orders/sql/longest-wait.ts';
import { readCounters } from '../../lib/orders/sql/read-counters.ts';
import { readWindow } from '../../lib/orders/sql/read-window.ts';
import type { BenchOptions } from '../bench-options.ts';
import { countFinished, loadMinutes, loadOrders } from '../data/load-orders.ts';
import { withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, short, times, whole } from '../result.ts';
import { median } from '../statistics.ts';

const FULL = { sizes: [10_000, 1_000_000, 10_000_000], runs: 101, countRuns: 3 };
const TINY: typeof FULL = { sizes: [100, 1_000], runs: 3, countRuns: 1 };

/** Minutes: the default window of GET /metrics. */
const WINDOW = 60;

/** Milliseconds: counting ten million rows takes seconds. */
const COUNT_TIMEOUT_MS = 600_000;

/** What the service that this one replaces queries for each GET /metrics. */
const COUNTS = [
  'SELECT count(*) FROM orders',
  `SELECT count(*) FROM orders WHERE status = 'Pending'`,
  `SELECT count(*) FROM orders WHERE status = 'Processing'`,
  `SELECT count(*) FROM orders WHERE status = 'Completed'`,
];

interface Measured {
  readonly orders: number;
  /** Milliseconds. */
  readonly counters: number;
  readonly window: number;
  readonly oldest: number;
  readonly counts: number;
}

/** (d) The queries of GET /metrics, at three table sizes, compared with counting. */
export async function benchMetrics({ tiny, keepIn }: BenchOptions): Promise<Result> {
  const { sizes, runs, countRuns } = tiny ? TINY : FULL;
  return withLab({ keepIn }, async (lab) => {
    const client = await lab.connect();
    const database = connectPg({
      url: lab.addresses.postgres,
      poolSize: 1,
      statementTimeoutMs: COUNT_TIMEOUT_MS,
      connectTimeoutMs: 10_000,
      logger: createLogger('WARN'),
    });
    const measured: Measured[] = [];
    for (const orders of sizes) {
      // "plans" finishes part of the backlog of a database that is kept.
      if ((await countFinished(client)) > 1.01 * orders) {
        console.log(`The database that was kept has more than ${whole(orders)} orders: this size is left out.`);
        continue;
      }
      await loadOrders(client, orders, (loaded) => console.log(`${whole(loaded)} orders`));
      await loadMinutes(client);
      measured.push(await measure(database, orders, { runs, countRuns }));
    }
    await database.close();
    return toResult(measured, runs, await describePostgres(client));
  });
}

async function measure(
  database: Database,
  orders: number,
  { runs, countRuns }: { runs: number; countRuns: number },
): Promise<Measured> {
  return {
    orders,
    counters: await medianTime(runs, () => readCounters(database)),
    window: await medianTime(runs, () => readWindow(database, WINDOW)),
    oldest: await medianTime(runs, () => readLongestWait(database)),
    counts: await medianTime(countRuns, async () => {
      for (const count of COUNTS) await database.query(count);
    }),
  };
}

/** Milliseconds, including the round trip to Postgres. */
async function medianTime(runs: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    took.push(performance.now() - started);
  }
  return median(took);
}

function toResult(measured: readonly Measured[], runs: number, versions: string): Result {
  const total = ({ counters, window, oldest }: Measured) => counters + window + oldest;
  const smallest = measured[0];
  const ms = (value: number) => short(value);
  return {
    method:
      `The three statements of GET /metrics with a window of ${WINDOW} minutes, one after another on one connection, ` +
      `medians of ${runs} runs, compared with the four COUNT queries of the service that this one replaces, on the same rows. ` +
      'The tables hold what a busy service leaves: a backlog of 1,100 orders, 64 slots in each of the last three ' +
      `minutes, 24 events per minute, 48 hours of minutes and 90 days of hours. ${versions}.`,
    tables: [
      {
        title: 'Milliseconds of SQL',
        columns: ['orders', 'counters', 'window', 'oldest', 'together', 'of the smallest', 'four COUNTs', 'COUNTs are'],
        rows: measured.map((one) => [
          whole(one.orders),
          ms(one.counters),
          ms(one.window),
          ms(one.oldest),
          ms(total(one)),
          times(total(one), smallest ? total(smallest) : 0),
          ms(one.counts),
          times(one.counts, total(one)),
        ]),
      },
    ],
  };
}
