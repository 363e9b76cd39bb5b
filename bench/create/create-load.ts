import { randomUUID } from 'node:crypto';
import { registerHooks } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { httpEvent, lambdaContext } from '../../test/support/lambda.ts';
import { cpuOfOthers } from '../process-cpu.ts';
import { finish, readTask } from '../program.ts';
import { percentile } from '../statistics.ts';

export interface CreateTask {
  /** Requests in flight; each is followed by the next as soon as its response arrives. */
  readonly concurrency: number;
  /** Requests that begin per second, however long they take; `concurrency` does not count then. */
  readonly perSecond?: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** False: the queue adapter is replaced by one that accepts everything. */
  readonly send: boolean;
  /** True: each order has its own Idempotency-Key, so that it is inserted alone, not in a group. */
  readonly keyed: boolean;
  /** True: with a currency, a customer, metadata, and items in place of item ids. */
  readonly details?: boolean;
}

export interface CreateResult {
  readonly ordersPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU time that this process spent per request, including its other threads. */
  readonly cpu: number;
  /** The same of all other processes that the benchmark runs. Without `send`, only Postgres has work. */
  readonly otherCpu: number;
  /** All orders, including those of the warm-up. */
  readonly orders: number;
}

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<{ statusCode: number; body: string }>;

const task = readTask<CreateTask>();
if (!task.send)
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      return resolved.url.endsWith('/lib/queue/sqs.ts')
        ? { ...resolved, url: new URL('accepting-queue.ts', import.meta.url).href }
        : resolved;
    },
  });
const handler = (await import('../../functions/http/create-order.ts')).handler as unknown as Handler;

const context = lambdaContext();
const run = randomUUID();
let made = 0;

const ITEMS = { item_ids: [1, 2, 3] };
const DETAILS = {
  currency: 'EUR',
  customer_ref: 'customer-17',
  metadata: { channel: 'web', campaign: 'spring' },
  items: [1, 2, 3].map((n) => ({ sku: `SKU-${n}`, quantity: 1, unit_price: '6.33' })),
};

/** A request as API Gateway passes it on, with an order of typical size. */
async function create(): Promise<void> {
  made += 1;
  const what = task.details ? DETAILS : ITEMS;
  const body = { order_id: `${run}-${made}`, user_id: made, ...what, total_amount: 19.99 };
  const answer = await handler(
    httpEvent({
      method: 'POST',
      path: '/api/v1/orders',
      routeKey: 'POST /api/v1/orders',
      headers: { 'content-type': 'application/json', ...(task.keyed && { 'idempotency-key': body.order_id }) },
      body: JSON.stringify(body),
    }),
    context,
  );
  if (answer.statusCode !== 202) throw new Error(`answered ${answer.statusCode}: ${answer.body}`);
}

/** Sends requests for the given time, and returns the milliseconds that each took. */
function load(milliseconds: number): Promise<number[]> {
  return task.perSecond === undefined ? keepInFlight(milliseconds) : keepPace(milliseconds, task.perSecond);
}

async function keepInFlight(milliseconds: number): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + milliseconds;
  const oneAfterAnother = async () => {
    for (let started = performance.now(); started < end; ) {
      await create();
      const now = performance.now();
      took.push(now - started);
      started = now;
    }
  };
  await Promise.all(Array.from({ length: task.concurrency }, oneAfterAnother));
  return took;
}

/** Each request counts from when it was to begin: one that begins late, because the machine is busy, has waited. */
async function keepPace(milliseconds: number, perSecond: number): Promise<number[]> {
  const begin = performance.now();
  const requests: Promise<number>[] = [];
  for (let due = 0; due < milliseconds; due = (requests.length * 1_000) / perSecond) {
    const late = performance.now() - begin - due;
    if (late < 0) await delay(-late);
    requests.push(create().then(() => performance.now() - begin - due));
  }
  return Promise.all(requests);
}

await load(task.warmUpMs);
const otherCpuBefore = cpuOfOthers();
const started = performance.now();
const cpuBefore = process.cpuUsage();
const took = await load(task.measureMs);
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
finish({
  ordersPerSecond: took.length / seconds,
  p50: percentile(took, 50),
  p99: percentile(took, 99),
  cpu: (user + system) / took.length,
  otherCpu: (cpuOfOthers() - otherCpuBefore) / took.length,
  orders: made,
} satisfies CreateResult);
