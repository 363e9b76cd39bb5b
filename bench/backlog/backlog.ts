import type pg from 'pg';
import type { BenchOptions } from '../bench-options.ts';
import { processBatches } from '../drain/drain-ours.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, share, times, whole } from '../result.ts';

const BATCHES = { batchSize: 25, perMessage: 40, environments: 2 };

const FULL = {
  /** Pending orders; `sample` of them are processed. */
  backlogs: [10_000, 1_000_000, 10_000_000],
  sample: 10_000,
  /** Three minutes at 11,000 per second, which is what two processes complete. */
  alongsideSnapshot: 2_000_000,
};
const TINY: typeof FULL = { backlogs: [200, 400], sample: 200, alongsideSnapshot: 200 };

/** (j) Draining a large backlog, and alongside a session that holds the oldest snapshot. */
export async function benchBacklog({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  return withLab({}, async (lab) => {
    const client = await lab.connect();
    const rates = new Map<number, number>();
    for (const backlog of sizes.backlogs) {
      rates.set(backlog, await processBatches(lab, client, { ...BATCHES, orders: sizes.sample }, backlog));
      console.log(`${whole(backlog)} Pending: ${whole(rates.get(backlog) ?? 0)} orders/s`);
    }
    const free = await drain(lab, client, sizes.alongsideSnapshot);
    const alongside = await alongsideSnapshot(lab, () => drain(lab, client, sizes.alongsideSnapshot));
    return toResult(rates, { free, alongside }, sizes, await describePostgres(client));
  });
}

interface Drained {
  readonly rate: number;
  /** Versions of rows that could not be removed yet. */
  readonly dead: { readonly orders: number; readonly order_counters: number };
}

async function drain(lab: Lab, client: pg.Client, orders: number): Promise<Drained> {
  const rate = await processBatches(lab, client, { ...BATCHES, orders });
  // VACUUM removes what no snapshot can see, and counts what it cannot remove.
  await client.query('VACUUM orders, order_counters');
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ name: keyof Drained['dead']; dead: number }>(
    `SELECT relname AS name, n_dead_tup::integer AS dead FROM pg_stat_user_tables WHERE relname IN ('orders', 'order_counters')`,
  );
  const deadIn = (table: keyof Drained['dead']) => rows.find(({ name }) => name === table)?.dead ?? 0;
  return { rate, dead: { orders: deadIn('orders'), order_counters: deadIn('order_counters') } };
}

/** As a long report, a dump or a forgotten psql holds it. */
async function alongsideSnapshot<T>(lab: Lab, use: () => Promise<T>): Promise<T> {
  const holder = await lab.connect();
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  // Of another table: TRUNCATE waits for readers of this one.
  await holder.query('SELECT count(*) FROM pg_class');
  try {
    return await use();
  } finally {
    await holder.query('ROLLBACK');
  }
}

function toResult(
  rates: ReadonlyMap<number, number>,
  { free, alongside }: { readonly free: Drained; readonly alongside: Drained },
  sizes: typeof FULL,
  versions: string,
): Result {
  const [smallest = 0] = rates.values();
  const drained = ([name, { rate, dead }]: readonly [string, Drained]) => [
    name,
    whole(rate),
    share(rate, free.rate),
    whole(sizes.alongsideSnapshot / rate),
    whole(dead.orders),
    whole(dead.order_counters),
  ];
  return {
    method:
      `The function of the queue in ${BATCHES.environments} processes, with batches of ${BATCHES.batchSize} messages of ` +
      `${BATCHES.perMessage} orders and a processor that does nothing. Backlog: ${whole(sizes.sample)} orders of so many Pending ` +
      `ones are processed. Snapshot: ${whole(sizes.alongsideSnapshot)} orders are processed, once alone and once while another ` +
      `session keeps a REPEATABLE READ transaction open, so that no dead version of a row can be removed. ${versions}.`,
    tables: [
      {
        title: 'Backlog',
        columns: ['Pending', 'orders/s', 'of the smallest'],
        rows: [...rates].map(([backlog, rate]) => [whole(backlog), whole(rate), times(rate, smallest)]),
      },
      {
        title: 'Oldest snapshot',
        columns: ['', 'orders/s', 'of free', 'seconds', 'dead rows of orders', 'of counters'],
        rows: (
          [
            ['free', free],
            ['alongside a snapshot', alongside],
          ] as const
        ).map(drained),
      },
    ],
  };
}
