import { join } from 'node:path';
import type pg from 'pg';
import type { BenchOptions } from '../bench-options.ts';
import { requireBenchPackages } from '../bench-packages.ts';
import { drainWorker } from '../drain/drain-ours.ts';
import { drainRival, RIVALS } from '../drain/drain-rival.ts';
import { insertPending, lastCompleted, settle } from '../drain/orders.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, short, times, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { STEPS } from './no-op-steps.ts';
import type { Cost, CostTask } from './step-cost.ts';

const FULL = {
  /** Each run of a cost; a lone order is a hundred times as slow as one of a batch. */
  costs: [
    { batchSize: 1, orders: 1_000 },
    { batchSize: 25, orders: 5_000 },
    { batchSize: 100, orders: 10_000 },
  ],
  drain: { orders: 10_000, batchSize: 25, perMessage: 100 },
  rounds: 2,
};
const TINY: typeof FULL = {
  costs: [
    { batchSize: 1, orders: 10 },
    { batchSize: 25, orders: 100 },
  ],
  drain: { orders: 200, batchSize: 25, perMessage: 100 },
  rounds: 1,
};

/** What one step adds to an order. */
interface StepCost extends Cost {
  readonly batchSize: number;
}

/** (l) What a step costs; and orders of three steps, compared with three jobs per order in two job queues. */
export async function benchSteps({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  requireBenchPackages();
  return withLab({}, async (lab) => {
    const queue = await LabQueue.start(lab);
    const client = await lab.connect();
    const costs: StepCost[] = [];
    for (const task of sizes.costs) costs.push(await stepCost(lab, client, task, sizes.rounds));
    const seconds = await drain(lab, queue, client, sizes);
    queue.close();
    return toResult(costs, seconds, sizes, await describePostgres(client));
  });
}

async function stepCost(lab: Lab, client: pg.Client, task: Omit<CostTask, 'steps'>, rounds: number): Promise<StepCost> {
  const fastest = new Map<number, Cost>();
  for (let round = 0; round < rounds; round += 1)
    for (const steps of [0, STEPS]) {
      await client.query('TRUNCATE orders');
      await insertPending(client, task.orders + task.batchSize);
      await settle(client);
      const program = 'steps/step-cost.ts';
      const { result } = await runProgram<Cost>(program, { ...task, steps } satisfies CostTask, lab.env);
      await lastCompleted(client);
      if (result.ms < (fastest.get(steps)?.ms ?? Number.POSITIVE_INFINITY)) fastest.set(steps, result);
    }
  const [without, withSteps] = [fastest.get(0), fastest.get(STEPS)] as [Cost, Cost];
  const statements = (withSteps.statements - without.statements) / STEPS;
  const ms = (withSteps.ms - without.ms) / STEPS;
  console.log(`batches of ${task.batchSize}: ${short(statements)} statements and ${short(ms)} ms per step`);
  return { batchSize: task.batchSize, statements, ms };
}

const OURS = `this service, ${STEPS} steps`;

/** Seconds, by what was measured: the fastest of the rounds. */
async function drain(
  lab: Lab,
  queue: LabQueue,
  client: pg.Client,
  { drain: { orders, ...batches }, rounds }: typeof FULL,
): Promise<ReadonlyMap<string, number>> {
  const rivalUrl = await lab.createDatabase('rivals');
  const rivalClient = await lab.connect(rivalUrl);
  const seconds = new Map<string, number>();
  const note = (name: string, took: number) => {
    console.log(`${whole(orders)} orders, ${name}: ${short(took)} s`);
    seconds.set(name, Math.min(took, seconds.get(name) ?? Number.POSITIVE_INFINITY));
  };
  const withSteps = { ...lab.env, PROCESSOR: join(import.meta.dirname, 'no-op-steps.ts') };
  for (let round = 0; round < rounds; round += 1) {
    note('this service, no steps', await drainWorker(lab, queue, client, { orders, ...batches }));
    note(OURS, await drainWorker(lab, queue, client, { orders, ...batches }, withSteps));
    const { rows } = await client.query('SELECT count(*)::integer AS steps FROM order_steps');
    if (rows[0].steps !== STEPS * orders) throw new Error(`${rows[0].steps} steps were recorded`);
    for (const rival of RIVALS)
      note(`${rival.name}, ${STEPS} jobs per order`, await drainRival(rival, rivalClient, rivalUrl, orders, STEPS));
  }
  return seconds;
}

function toResult(
  costs: readonly StepCost[],
  seconds: ReadonlyMap<string, number>,
  { drain: { orders, batchSize, perMessage }, rounds }: typeof FULL,
  versions: string,
): Result {
  return {
    method:
      `A step's cost: the difference between orders of ${STEPS} steps and orders without any, divided by ${STEPS}, in one process that ` +
      'processes batches one after another, without a queue. The steps do nothing, and each is recorded before the next one begins. ' +
      `Draining: as in (b), with batches of ${batchSize} messages of ${perMessage} orders. The job queues have one job per step, which adds ` +
      'the next one; the first and the last one update the order. pg-boss with one UPDATE per batch also adds the jobs of a batch with ' +
      `one statement. The faster of ${rounds} rounds each. ${versions}.`,
    tables: [
      {
        title: 'What a step adds to an order',
        columns: ['orders per batch', 'statements', 'ms'],
        rows: costs.map(({ batchSize: size, statements, ms }) => [String(size), short(statements), short(ms)]),
      },
      {
        title: `${whole(orders)} orders of ${STEPS} steps`,
        columns: ['', 'seconds', 'orders/s', 'compared'],
        rows: [...seconds].map(([name, took]) => [
          name,
          short(took),
          whole(orders / took),
          times(seconds.get(OURS) ?? 0, took),
        ]),
      },
    ],
  };
}
