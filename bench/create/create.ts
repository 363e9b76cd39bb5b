import type pg from 'pg';
import { postgresUrl, SUPERUSER } from '../../infra/local/postgres/access.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, share, short, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { medianBy } from '../statistics.ts';
import { walPosition } from '../wal-position.ts';
import type { CreateResult, CreateTask } from './create-load.ts';
import { insertRows, requirePgbench } from './pgbench.ts';

const FULL = { concurrencies: [1, 10, 50], rounds: 3, seconds: 5, warmUpSeconds: 2 };
const TINY = { concurrencies: [2], rounds: 1, seconds: 1, warmUpSeconds: 0.2 };
type Sizes = typeof FULL;

/** Connections of the handler's process. Group commit uses few of them, regardless of the number of requests in flight. */
const POOL_SIZE = 10;

interface Created extends CreateResult {
  /** Bytes per order that Postgres wrote to its log. */
  readonly wal: number;
}

interface Round {
  readonly plain: number;
  readonly orders: number;
  readonly committed: Created;
  readonly detailed: Created;
  readonly keyed: Created;
  readonly sent: Created;
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
        rounds.push(await measure(lab, client, concurrency, sizes));
        await client.query('TRUNCATE plain_orders, orders');
        await queue.purge();
      }
    queue.close();
    return toResult(byConcurrency, sizes, `${await describePostgres(client)}; ${pgbench}`);
  });
}

async function measure(lab: Lab, client: pg.Client, concurrency: number, sizes: Sizes): Promise<Round> {
  const { directory, settings } = lab;
  const insert = (table: string) =>
    insertRows(postgresUrl(settings, SUPERUSER), table, { clients: concurrency, seconds: sizes.seconds, directory });
  const create = async (kind: Partial<CreateTask>): Promise<Created> => {
    const duration = { warmUpMs: sizes.warmUpSeconds * 1_000, measureMs: sizes.seconds * 1_000 };
    const task: CreateTask = { concurrency, ...duration, send: false, keyed: false, ...kind };
    const env = { ...lab.env, DATABASE_POOL_SIZE: String(POOL_SIZE) };
    const before = await walPosition(client);
    const { result } = await runProgram<CreateResult>('create/create-load.ts', task, env);
    return { ...result, wal: ((await walPosition(client)) - before) / result.orders };
  };
  return {
    plain: await insert('plain_orders'),
    committed: await create({}),
    detailed: await create({ details: true }),
    keyed: await create({ keyed: true }),
    sent: await create({ send: true }),
    orders: await insert('orders'),
  };
}

const CARRYING = [
  ['plain', 'committed'],
  ['with details', 'detailed'],
] as const;

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
      `commit"), the same with an Idempotency-Key per order ("with keys"), the same with a currency, a customer, metadata ` +
      `and three items ("with details"), and once with the real one and the queue server ("and SendMessage"). pgbench inserts one row per ` +
      `transaction over N connections, with prepared statements, into a plain table with the columns of an order and its primary key, and into the ` +
      `orders table with all its triggers, checks and indexes. ${sizes.seconds} s each, in turn, ${sizes.rounds} rounds, ` +
      `medians. CPU time of Postgres is measured on Linux only. ${versions}.`,
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
      {
        title: 'One order through its commit, by what it carries',
        columns: ['in flight', 'orders/s', 'CPU µs, handler', 'CPU µs, Postgres', 'WAL bytes'],
        rows: [...byConcurrency].flatMap(([concurrency, rounds]) =>
          CARRYING.map(([name, kind]) => [
            `${concurrency}, ${name}`,
            whole(medianBy(rounds, (round) => round[kind].ordersPerSecond)),
            whole(medianBy(rounds, (round) => round[kind].cpu)),
            whole(medianBy(rounds, (round) => round[kind].otherCpu)),
            whole(medianBy(rounds, (round) => round[kind].wal)),
          ]),
        ),
      },
    ],
  };
}
