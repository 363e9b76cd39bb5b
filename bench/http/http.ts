import type { BenchOptions } from '../bench-options.ts';
import { requireBenchPackages } from '../bench-packages.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, share, short, type Table, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { medianBy } from '../statistics.ts';
import { withWorker } from '../worker-process.ts';
import { withApi, withEmptyApi } from './api-process.ts';
import { measureCompletion } from './completion.ts';

export interface HttpTask {
  readonly url: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** As fast as possible by default. */
  readonly ordersPerSecond?: number;
}

export interface HttpResult {
  readonly ordersPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests without a 2xx response. */
  readonly failed: number;
  /** Microseconds of CPU time per order that API, worker, queue server and Postgres spent together. */
  readonly cpu: number;
}

const FULL = {
  connections: [1, 100, 1_000],
  rounds: 1,
  warmUpSeconds: 3,
  seconds: 10,
  completion: { alone: 100, connections: 100 },
};
const TINY: typeof FULL = {
  connections: [4],
  rounds: 1,
  warmUpSeconds: 1,
  seconds: 1,
  completion: { alone: 2, connections: 4 },
};

interface Round {
  readonly empty: HttpResult;
  readonly intake: HttpResult;
  readonly whole: HttpResult;
}

/** (c) Posting orders over HTTP through the local stack. */
export async function benchHttp({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  requireBenchPackages();
  return withLab({}, async (lab) => {
    const queue = await LabQueue.start(lab);
    const client = await lab.connect();
    const byConnections = new Map<number, Round[]>(sizes.connections.map((connections) => [connections, []]));
    const clear = async () => {
      await client.query('TRUNCATE orders');
      await queue.purge();
    };
    for (let round = 0; round < sizes.rounds; round++)
      for (const [connections, rounds] of byConnections)
        rounds.push(await measure(lab, { ...sizes, connections }, clear));
    const { connections, alone } = sizes.completion;
    const most = medianBy(byConnections.get(connections) ?? [], (round) => round.whole.ordersPerSecond);
    const ordersPerSecond = Math.max(1, Math.round(most / 2));
    const completion = await measureCompletion(lab, client, queue, { ...sizes, connections, alone, ordersPerSecond });
    queue.close();
    return toResult(byConnections, completion, sizes, await describePostgres(client));
  });
}

async function measure(
  lab: Lab,
  { warmUpSeconds, seconds, connections }: Omit<HttpTask, 'url'>,
  clear: () => Promise<void>,
): Promise<Round> {
  const load = async (url: string) => {
    const task: HttpTask = { url, connections, warmUpSeconds, seconds };
    return (await runProgram<HttpResult>('programs/http-load.ts', task, process.env)).result;
  };
  const empty = await withEmptyApi(lab, load);
  const intake = await withApi(lab, load);
  // Otherwise the worker would process these orders, too.
  await clear();
  const whole = await withWorker(lab, {}, () => withApi(lab, load));
  await clear();
  return { empty, intake, whole };
}

const KINDS = [
  ['empty', 'empty handler'],
  ['intake', 'this service, no worker'],
  ['whole', 'this service, with its worker'],
] as const;

function toResult(
  byConnections: ReadonlyMap<number, readonly Round[]>,
  completion: Table,
  sizes: typeof FULL,
  versions: string,
): Result {
  const measured = [...byConnections].map(([connections, rounds]) => ({
    connections,
    kinds: KINDS.map(([kind, name]) => ({
      name,
      ordersPerSecond: medianBy(rounds, (round) => round[kind].ordersPerSecond),
      p50: medianBy(rounds, (round) => round[kind].p50),
      p99: medianBy(rounds, (round) => round[kind].p99),
      failed: Math.max(...rounds.map((round) => round[kind].failed)),
    })),
  }));
  return {
    method:
      'POST /orders over HTTP to Serverless Offline as `npm start` runs it, with Postgres and the queue server in ' +
      'separate processes; autocannon keeps N connections alive with one request in flight on each, every one ' +
      'a new order; only 202s count. Once without the worker, once alongside it, which then processes the orders without ' +
      'simulated work on the same CPUs; and an empty handler through the same Serverless Offline, with the same plugin, ' +
      `which is the maximum for it. ${sizes.seconds} s after ${sizes.warmUpSeconds} s of warm-up on the same connections, in turn, ` +
      `${sizes.rounds === 1 ? 'one round' : `${sizes.rounds} rounds, medians`}. ` +
      `With more than one connection, creates share commits and messages, because one process serves them all. ` +
      'Create to Completed is the time from `created_at` to `finished_at`, while the worker runs: of orders that are posted one by one, each ' +
      `when the one before is Completed, and at half of the rate measured with ${sizes.completion.connections} connections. Its CPU time is that ` +
      `of the API, the worker and its environments, the queue server and Postgres together, on Linux only. ${versions}.`,
    tables: [
      ...measured.map(({ connections, kinds }) => {
        const empty = kinds[0]?.ordersPerSecond ?? 0;
        return {
          title: connections === 1 ? 'One connection' : `${whole(connections)} connections`,
          columns: ['', 'orders/s', 'of empty', 'p50 ms', 'p99 ms', 'failed'],
          rows: kinds.map(({ name, ordersPerSecond, p50, p99, failed }) => [
            name,
            whole(ordersPerSecond),
            share(ordersPerSecond, empty),
            short(p50),
            short(p99),
            String(failed),
          ]),
        };
      }),
      completion,
    ],
  };
}
