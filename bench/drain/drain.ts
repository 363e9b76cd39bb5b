import type pg from 'pg';
import type { BenchOptions } from '../bench-options.ts';
import { requireBenchPackages } from '../bench-packages.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, short, times, whole } from '../result.ts';
import { drainWorker, processBatches } from './drain-ours.ts';
import { drainRival, RIVALS } from './drain-rival.ts';

/** How the orders of a full queue come: messages per batch, and orders per message. */
const SINGLE = { batchSize: 100, perMessage: 1 };
const PACKED = { batchSize: 25, perMessage: 100 };

const FULL = {
  /** Orders in the queue, the number of runs, and messages per batch with orders per message: serverless.yml has 25. */
  drains: [
    { orders: 10_000, rounds: 2, batches: [SINGLE, { ...SINGLE, batchSize: 25 }, PACKED] },
    { orders: 100_000, rounds: 1, batches: [SINGLE, PACKED] },
  ],
  worker: { orders: 20_000, batchSize: 25, perMessage: 40, environments: [1, 2, 4] },
};
const TINY: typeof FULL = {
  drains: [{ orders: 200, rounds: 1, batches: [SINGLE, PACKED] }],
  worker: { orders: 200, batchSize: 1, perMessage: 100, environments: [1] },
};

interface Drain {
  readonly orders: number;
  /** Seconds, by what was measured. */
  readonly seconds: ReadonlyMap<string, number>;
}

const ours = ({ batchSize, perMessage }: typeof SINGLE) =>
  `this service, batches of ${batchSize} messages${perMessage === 1 ? '' : ` of ${perMessage} orders`}`;

/** (b) Draining a full queue, compared with two job queues on the same Postgres; and the batch worker alone. */
export async function benchDrain({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  requireBenchPackages();
  return withLab({}, async (lab) => {
    const queue = await LabQueue.start(lab);
    const client = await lab.connect();
    const rivalUrl = await lab.createDatabase('rivals');
    const rivalClient = await lab.connect(rivalUrl);
    const drains: Drain[] = [];
    for (const { orders, rounds, batches } of sizes.drains) {
      const runs = new Map<string, number[]>();
      const note = (name: string, seconds: number) => {
        console.log(`${whole(orders)} orders, ${name}: ${short(seconds)} s`);
        runs.set(name, [...(runs.get(name) ?? []), seconds]);
      };
      for (let round = 0; round < rounds; round++) {
        for (const batch of batches) note(ours(batch), await drainWorker(lab, queue, client, { orders, ...batch }));
        for (const rival of RIVALS) note(rival.name, await drainRival(rival, rivalClient, rivalUrl, orders));
      }
      drains.push({ orders, seconds: new Map([...runs].map(([name, seconds]) => [name, Math.min(...seconds)])) });
    }
    queue.close();
    const batches = await measureBatches(lab, client, sizes.worker);
    return toResult(drains, batches, sizes, await describePostgres(client));
  });
}

async function measureBatches(
  lab: Lab,
  client: pg.Client,
  { environments, ...batches }: typeof FULL.worker,
): Promise<Map<number, number>> {
  const byEnvironments = new Map<number, number>();
  for (const count of environments)
    byEnvironments.set(count, await processBatches(lab, client, { ...batches, environments: count }));
  return byEnvironments;
}

function describeRuns({ orders, rounds }: { orders: number; rounds: number }): string {
  return rounds === 1 ? `one run of ${whole(orders)}` : `the faster of ${rounds} runs of ${whole(orders)}`;
}

function toResult(
  drains: readonly Drain[],
  batches: ReadonlyMap<number, number>,
  sizes: typeof FULL,
  versions: string,
): Result {
  const compared = ours(PACKED);
  return {
    method:
      'Seconds from the start of the worker on a full queue, once its program is loaded, to the last Completed order; ' +
      'the processor does nothing. This service: the worker of `npm start`, so that receiving from the ' +
      'queue server, starting execution environments, claim, finish, counters, history and deleting are included. ' +
      'The others move a plain orders table without triggers or further indexes from Pending to Processing to ' +
      'Completed with two UPDATEs, of one order each, as a handler of single jobs does, or of a batch. They record no ' +
      'history and count nothing. pg-boss: batches of 100 from 4 workers in burst mode. graphile-worker: the ' +
      'configuration of its performance page (24 jobs at a time, local queue of 500, batched completion). All on the ' +
      `same Postgres, vacuumed before each run; compared with ${compared}; ${sizes.drains.map(describeRuns).join(', ')}. ` +
      `The batch worker alone: the function of the queue gets batches of ${sizes.worker.batchSize} messages of ${sizes.worker.perMessage} orders, ` +
      `one after another, in one or more processes, ${whole(sizes.worker.orders)} orders in all. ${versions}.`,
    tables: [
      ...drains.map(({ orders, seconds }) => ({
        title: `${whole(orders)} orders`,
        columns: ['', 'seconds', 'orders/s', 'compared'],
        rows: [...seconds].map(([name, took]) => [
          name,
          short(took),
          whole(orders / took),
          times(seconds.get(compared) ?? 0, took),
        ]),
      })),
      {
        title: 'The batch worker alone',
        columns: ['processes', 'orders/s'],
        rows: [...batches].map(([environments, rate]) => [String(environments), whole(rate)]),
      },
    ],
  };
}
