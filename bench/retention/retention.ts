import type pg from 'pg';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { deleteFinishedOrders } from '../../lib/orders/delete-finished.ts';
import type { BenchOptions } from '../bench-options.ts';
import type { CreateResult, CreateTask } from '../create/create-load.ts';
import { loadOrders } from '../data/load-orders.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, short, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { medianBy } from '../statistics.ts';

const FULL = { orders: 1_000_000, perSecond: 1_000, seconds: 30, warmUpSeconds: 3, rounds: 3 };
const TINY: typeof FULL = { orders: 2_000, perSecond: 50, seconds: 1, warmUpSeconds: 0.2, rounds: 1 };

/** The timeout of a statement of the sweep. */
const TIMEOUT_MS = 2_000;

interface Round extends CreateResult {
  /** Orders that were deleted per second. */
  readonly deleted: number;
}

/** (k) Creating orders at a fixed rate, alone and while the sweep deletes old orders. */
export async function benchRetention({ tiny, orders }: BenchOptions): Promise<Result> {
  const sizes = { ...(tiny ? TINY : FULL), ...(orders !== undefined && { orders }) };
  return withLab({}, async (lab) => {
    const client = await lab.connect();
    await loadOrders(client, sizes.orders, (loaded) => console.log(`${whole(loaded)} orders`));
    const alone: Round[] = [];
    const alongside: Round[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      alone.push({ ...(await create(lab, sizes)), deleted: 0 });
      alongside.push(await whileDeleting(lab, () => create(lab, sizes)));
    }
    return toResult(alone, alongside, sizes, `${await sizeOfTombstone(client)} ${await describePostgres(client)}.`);
  });
}

async function create(lab: Lab, { perSecond, seconds, warmUpSeconds }: typeof FULL): Promise<CreateResult> {
  const duration = { warmUpMs: warmUpSeconds * 1_000, measureMs: seconds * 1_000 };
  const task = { concurrency: 0, perSecond, ...duration, send: false, keyed: false } satisfies CreateTask;
  return (await runProgram<CreateResult>('create/create-load.ts', task, lab.env)).result;
}

/** As the sweep does, but without a pause between two runs. */
async function whileDeleting(lab: Lab, run: () => Promise<CreateResult>): Promise<Round> {
  const logger = createLogger('WARN');
  const timeouts = { statementTimeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS };
  const database = connectPg({ url: lab.addresses.postgres, poolSize: 1, ...timeouts, logger });
  const started = performance.now();
  let ended = false;
  const deleting = async () => {
    let deleted = 0;
    // With less time left than a page needs, it stops.
    const remainingMs = () => (ended ? 0 : Number.POSITIVE_INFINITY);
    const retention = { days: 30, failedDays: 30 };
    for (let page = 1; page > 0 && !ended; deleted += page)
      page = await deleteFinishedOrders({ database, logger, retention }, remainingMs);
    return deleted / ((performance.now() - started) / 1_000);
  };
  const deletions = deleting();
  const result = await run();
  ended = true;
  const deleted = await deletions;
  await database.close();
  return { ...result, deleted };
}

async function sizeOfTombstone(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ bytes: number; length: number }>(
    `SELECT (pg_total_relation_size('order_tombstones') / count(*))::integer AS bytes, avg(length(order_id))::integer AS length
     FROM order_tombstones`,
  );
  return `A tombstone takes ${rows[0]?.bytes} bytes, with its index, for an id of ${rows[0]?.length} characters.`;
}

function toResult(alone: readonly Round[], alongside: readonly Round[], sizes: typeof FULL, notes: string): Result {
  return {
    method:
      `The handler of POST /orders gets ${whole(sizes.perSecond)} requests per second in a Node process, for ${sizes.seconds} s, with a ` +
      `queue that accepts everything: alone, and while retention runs in another process without a pause between its runs. In the ` +
      `beginning, the table has ${whole(sizes.orders)} finished orders, all old enough to be deleted. In turn, ${sizes.rounds} rounds, ` +
      `medians. A request counts from when it was to begin. ${notes}`,
    tables: [
      {
        title: 'Creates',
        columns: ['', 'orders/s', 'p50 ms', 'p99 ms', 'CPU µs', 'deleted/s'],
        rows: Object.entries({ alone, 'alongside retention': alongside }).map(([name, rounds]) => [
          name,
          whole(medianBy(rounds, ({ ordersPerSecond }) => ordersPerSecond)),
          short(medianBy(rounds, ({ p50 }) => p50)),
          short(medianBy(rounds, ({ p99 }) => p99)),
          whole(medianBy(rounds, ({ cpu }) => cpu)),
          whole(medianBy(rounds, ({ deleted }) => deleted)),
        ]),
      },
    ],
  };
}
