import { postgresUrl, SUPERUSER } from '../../infra/local/postgres/access.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, share, short, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { medianBy } from '../statistics.ts';
import type { CreateResult, CreateTask } from './create-load.ts';
import { insertRows, requirePgbench } from './pgbench.ts';

const FULL = { concurrencies: [1, 10, 50], rounds: 3, seconds: 5, warmUpSeconds: 2 };
const TINY = { concurrencies: [2], rounds: 1, seconds: 1, warmUpSeconds: 0.2 };
type Sizes = typeof FULL;

/** Connections of the handler's process. Group commit uses few of them, regardless of the number of requests in flight. */
const POOL_SIZE = 10;

interface Round {
  readonly plain: number;
  readonly orders: number;
  readonly committed: CreateResult;
  readonly keyed: CreateResult;
  readonly sent: CreateResult;
}

/** (a) The create handler compared with one-row INSERTs of pgbench, on the same Postgres. */
export async function benchCreate({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  const pgbench = await requirePgbench();
  return withLab({}, async (lab) => {
    const queue = await LabQueue.start(lab);
    const client = await lab.connect();
    // Only the columns and the primary key: no trigger, no other index, no check.
    await client.query('CREATE TABLE plain_orders (LIKE orders INCLUDING DEFAULTS, PRIMARY KEY (order_id))');
    const byConcurrency = new Map<number, Round[]>(sizes.concurrencies.map((concurrency) => [concurrency, []]));
    for (let round = 0; round < sizes.rounds; round++)
      for (const [concurrency, rounds] of byConcurrency) {
        rounds.push(await measure(lab, concurrency, sizes));
        await client.query('TRUNCATE plain_orders, orders');
        await queue.purge();
      }
    queue.close();
    return toResult(byConcurrency, sizes, `${await describePostgres(client)}; ${pgbench}`);
  });
}

async function measure(lab: Lab, concurrency: number, sizes: Sizes): Promise<Round> {
  const { directory, settings } = lab;
  const insert = (table: string) =>
    insertRows(postgresUrl(settings, SUPERUSER), table, { clients: concurrency, seconds: sizes.seconds, directory });
  const create = ({ send = false, keyed = false }) =>
    runProgram<CreateResult>(
      'create/create-load.ts',
      {
        concurrency,
        warmUpMs: sizes.warmUpSeconds * 1_000,
        measureMs: sizes.seconds * 1_000,
        send,
        keyed,
      } satisfies CreateTask,
      { ...lab.env, DATABASE_POOL_SIZE: String(POOL_SIZE) },
    ).then(({ result }) => result);
  return {
    plain: await insert('plain_orders'),
    committed: await create({}),
    keyed: await create({ keyed: true }),
    sent: await create({ send: true }),
    orders: await insert('orders'),
  };
}

function toResult(byConcurrency: ReadonlyMap<number, readonly Round[]>, sizes: Sizes, versions: string): Result {
  const measured = [...byConcurrency].map(([concurrency, rounds]) => ({
    concurrency,
    plain: medianBy(rounds, (round) => round.plain),
    orders: medianBy(rounds, (round) => round.orders),
    committed: medianBy(rounds, (round) => round.committed.ordersPerSecond),
    keyed: medianBy(rounds, (round) => round.keyed.ordersPerSecond),
    sent: medianBy(rounds, (round) => round.sent.ordersPerSecond),
    p50: medianBy(rounds, (round) => round.sent.p50),
    p99: medianBy(rounds, (round) => round.sent.p99),
    cpuToCommit: medianBy(rounds, (round) => round.committed.cpu),
    cpu: medianBy(rounds, (round) => round.sent.cpu),
  }));
  return {
    method:
      `The handler of POST /orders is called in a Node process, with N requests in flight, each an event as from API ` +
      `Gateway: validation, commit and response; once with a queue adapter that accepts everything ("through its ` +
      `commit"), once more so with an Idempotency-Key per order ("with keys"), once with the real one and the queue ` +
      `server ("and SendMessage"). pgbench inserts one row per ` +
      `transaction over N connections, with prepared statements, into a plain table with the columns of an order and its primary key, and into the ` +
      `orders table with all its triggers, checks and indexes. ${sizes.seconds} s each, in turn, ${sizes.rounds} rounds, ` +
      `medians. ${versions}.`,
    tables: [
      {
        title: 'Orders per second, and as a share of pgbench with the plain table',
        columns: [
          'in flight',
          'pgbench, plain',
          'pgbench, orders',
          'handler, commit',
          'share',
          'with keys',
          'and SendMessage',
          'share',
        ],
        rows: measured.map(({ concurrency, plain, orders, committed, keyed, sent }) => [
          String(concurrency),
          whole(plain),
          whole(orders),
          whole(committed),
          share(committed, plain),
          whole(keyed),
          whole(sent),
          share(sent, plain),
        ]),
      },
      {
        title: 'One order: from the call of the handler to its response, and the CPU time of the process',
        columns: ['in flight', 'p50 ms', 'p99 ms', 'CPU µs', 'without SendMessage'],
        rows: measured.map(({ concurrency, p50, p99, cpu, cpuToCommit }) => [
          String(concurrency),
          short(p50),
          short(p99),
          whole(cpu),
          whole(cpuToCommit),
        ]),
      },
    ],
  };
}
