import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Lab } from '../lab.ts';
import type { LabQueue } from '../order-queue.ts';
import { runProgram } from '../run-program.ts';
import { withWorker } from '../worker-process.ts';
import type { BatchTask } from './batch-load.ts';
import { insertPending, lastCompleted, pendingIds, settle } from './orders.ts';

/** Milliseconds between two reads of the counters: rare enough not to affect the result. */
const POLL_MS = 100;
/** Milliseconds without another Completed order after which the run fails. */
const PATIENCE_MS = 30_000;

/** Seconds from the start of the worker of `npm start` on a full queue, once it is loaded, to the last Completed order. */
export async function drainWorker(
  lab: Lab,
  queue: LabQueue,
  client: pg.Client,
  { orders, batchSize, perMessage }: { orders: number; batchSize: number; perMessage: number },
  env = lab.env,
): Promise<number> {
  await client.query('TRUNCATE orders');
  await insertPending(client, orders);
  await queue.fill(pendingIds(1, orders), perMessage);
  await settle(client);
  const draining = async (readyAt: number) => {
    await waitForCompleted(client, orders);
    return ((await lastCompleted(client)) - readyAt) / 1_000;
  };
  const seconds = await withWorker(lab, { batchSize }, draining, env);
  await queue.purge();
  return seconds;
}

async function waitForCompleted(client: pg.Client, orders: number): Promise<void> {
  let completed = 0;
  for (let changedAt = Date.now(); completed < orders; await sleep(POLL_MS)) {
    const { rows } = await client.query('SELECT coalesce(sum(completed), 0)::integer AS completed FROM order_counters');
    if (rows[0].completed > completed) changedAt = Date.now();
    else if (Date.now() - changedAt > PATIENCE_MS) throw new Error(`stuck at ${completed} of ${orders} orders`);
    completed = rows[0].completed;
  }
}

export interface Batches {
  /** A multiple of the number of environments. */
  readonly orders: number;
  readonly batchSize: number;
  readonly perMessage: number;
  readonly environments: number;
}

/**
 * Orders per second that the queue's function completes with full batches, in the given number of processes.
 * @param backlog Pending orders in all; the first ones are processed
 */
export async function processBatches(
  lab: Lab,
  client: pg.Client,
  { orders, batchSize, perMessage, environments }: Batches,
  backlog = orders,
): Promise<number> {
  await client.query('TRUNCATE orders');
  await insertPending(client, backlog);
  await settle(client);
  const share = orders / environments;
  const runs = await Promise.all(
    Array.from({ length: environments }, (_, index) =>
      runProgram<{ endedAt: number }>(
        'drain/batch-load.ts',
        { from: 1 + index * share, orders: share, batchSize, perMessage } satisfies BatchTask,
        lab.env,
      ),
    ),
  );
  if (backlog === orders) await lastCompleted(client);
  const from = Math.min(...runs.map(({ readyAt }) => readyAt));
  return orders / ((Math.max(...runs.map(({ result }) => result.endedAt)) - from) / 1_000);
}
