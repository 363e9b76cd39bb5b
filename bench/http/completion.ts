import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Lab } from '../lab.ts';
import type { LabQueue } from '../order-queue.ts';
import { short, type Table, whole } from '../result.ts';
import { runProgram } from '../run-program.ts';
import { percentile } from '../statistics.ts';
import { withWorker } from '../worker-process.ts';
import { withApi } from './api-process.ts';
import type { HttpResult, HttpTask } from './http.ts';

/** That of serverless.yml, and none: then AWS takes at most ten messages per batch. */
const EVENT_SOURCES = [
  { name: 'window of 1 s', params: { batchSize: 25, batchingWindow: 1 } },
  { name: 'no window', params: { batchSize: 10, batchingWindow: 0 } },
];

/** Milliseconds. */
const POLL_MS = 50;
const PATIENCE_MS = 120_000;

export interface CompletionSizes {
  /** Orders that are posted one after another, each after the one before is Completed. */
  readonly alone: number;
  /** Half of the rate that the service reached with its worker. */
  readonly ordersPerSecond: number;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** From the creation of an order to its completion, by the clock of the database. */
export async function measureCompletion(
  lab: Lab,
  client: pg.Client,
  queue: LabQueue,
  { alone, ...load }: CompletionSizes,
): Promise<Table> {
  const rows: string[][] = [];
  const note = async (name: string, use: () => Promise<number | undefined>, warmUpSeconds: number) => {
    const cpu = await use();
    await waitForCompleted(client);
    const milliseconds = await completionTimes(client, warmUpSeconds);
    const [p50 = '', p99 = ''] = [50, 99].map((percent) => short(percentile(milliseconds, percent)));
    rows.push([name, p50, p99, cpu === undefined ? '' : whole(cpu)]);
    await client.query('TRUNCATE orders');
    await queue.purge();
  };
  await withApi(lab, async (url) => {
    for (const { name, params } of EVENT_SOURCES)
      await withWorker(lab, params, async () => {
        // The first one may have to wait for the start of an execution environment.
        await note(`${name}, starting`, () => postAlone(client, url, 1), 0);
        rows.pop();
        await note(`${name}, idle queue`, () => postAlone(client, url, alone), 0);
        const task: HttpTask = { url, ...load };
        const post = async () => (await runProgram<HttpResult>('programs/http-load.ts', task, process.env)).result.cpu;
        await note(`${name}, ${whole(load.ordersPerSecond)} orders/s`, post, load.warmUpSeconds);
      });
  });
  return { title: 'Create to Completed', columns: ['', 'p50 ms', 'p99 ms', 'CPU µs per order'], rows };
}

async function postAlone(client: pg.Client, url: string, orders: number): Promise<undefined> {
  for (let posted = 0; posted < orders; posted++) {
    const order = { order_id: randomUUID(), user_id: 7, item_ids: [1, 2, 3], total_amount: 19.99 };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(order) });
    if (response.status !== 202) throw new Error(`POST /orders: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    await waitForCompleted(client);
  }
}

async function waitForCompleted(client: pg.Client): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const { rows } = await client.query(`SELECT EXISTS (SELECT FROM orders WHERE status <> 'Completed') AS unfinished`);
    if (!rows[0].unfinished) return;
    if (Date.now() > end) throw new Error('The worker does not complete all orders.');
  }
}

async function completionTimes(client: pg.Client, warmUpSeconds: number): Promise<number[]> {
  const { rows } = await client.query<{ ms: number }>(
    `SELECT extract(epoch FROM finished_at - created_at)::double precision * 1000 AS ms
     FROM orders
     WHERE created_at >= (SELECT min(created_at) FROM orders) + $1 * interval '1 second'`,
    [warmUpSeconds],
  );
  return rows.map(({ ms }) => ms);
}
