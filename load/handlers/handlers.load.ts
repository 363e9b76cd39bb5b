import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { EventSource } from '../../infra/local/lambda/event-source.ts';
import { type Functions, loadFunctions } from '../../test/support/functions.ts';
import { httpEvent, lambdaContext } from '../../test/support/lambda.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { percentile } from '../report.ts';
import { accountFor } from './account.ts';

const ORDERS = wholeNumber('LOAD_ORDERS', 5_000);
const CONCURRENCY = wholeNumber('LOAD_CONCURRENCY', 50);

/** As in serverless.yml, without its batching window, which would add a second to each order that arrives alone. */
const BATCH_SIZE = 25;
const MAXIMUM_CONCURRENCY = 10;

/** Milliseconds without another Completed order after which the test fails: a lease and a sweep take seconds here. */
const PATIENCE_MS = 60_000;

type Handler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

let functions: Functions;
let source: EventSource;
let sqs: SQSClient;

beforeAll(async () => {
  // One process replaces a fleet of containers here, as with npm start.
  functions = await loadFunctions({ settings: { DATABASE_POOL_SIZE: '10', RESEND_AFTER_SECONDS: '10' } });
  const processOrders = await handler<SQSEvent, SQSBatchResponse>('queue/process-orders');
  sqs = new SQSClient({});
  const { queueUrl: url } = functions;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  const queue = { url, arn: Attributes?.QueueArn ?? '' };
  source = new EventSource(queue, {
    client: sqs,
    findQueue: async () => queue,
    name: 'processOrders',
    batchSize: BATCH_SIZE,
    windowMs: 0,
    maximumConcurrency: MAXIMUM_CONCURRENCY,
    reportBatchItemFailures: true,
    invoke: async (payload) => JSON.stringify(await processOrders(JSON.parse(payload), lambdaContext())),
    log: { info: console.info, error: console.error },
  });
  source.start();
});

afterAll(async () => {
  await source?.stop();
  sqs?.destroy();
  await functions?.close();
});

test(`${ORDERS} orders, ${CONCURRENCY} at a time: none is lost, and none is completed twice`, async () => {
  const createOrder = await handler<APIGatewayProxyEventV2, { statusCode: number }>('http/create-order');
  const run = randomUUID();
  const accepted: string[] = [];
  const createMs: number[] = [];
  const refused: number[] = [];
  let next = 0;
  const createOneAfterAnother = async () => {
    for (let n = next++; n < ORDERS; n = next++) {
      const body = { order_id: `load-${run}-${n}`, user_id: n, item_ids: [1, 2, 3], total_amount: 99.99 };
      const started = performance.now();
      const { statusCode } = await createOrder(eventOf(body), lambdaContext());
      createMs.push(performance.now() - started);
      if (statusCode === 202) accepted.push(body.order_id);
      else refused.push(statusCode);
    }
  };

  const started = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, createOneAfterAnother));
  const createdMs = performance.now() - started;
  await settled(accepted.length);
  const completedMs = performance.now() - started;

  const { lost, doubled, unfinished } = await accountFor(functions.psql, accepted);
  const waitedMs = await functions.psql.rows<{ ms: number }>(
    `SELECT extract(epoch FROM finished_at - created_at)::double precision * 1000 AS ms FROM public.orders
     WHERE status = 'Completed'`,
  );
  const { data } = (await functions.getMetrics()).body as { data: { status_counts: { Completed: number } } };
  print([
    ['orders', `${ORDERS}, ${CONCURRENCY} at a time; ${accepted.length} accepted, ${refused.length} refused`],
    [
      'throughput',
      `created ${perSecond(accepted.length, createdMs)}, completed ${perSecond(accepted.length, completedMs)}`,
    ],
    ['create', quantiles(createMs)],
    ['create → Completed', quantiles(waitedMs.map(({ ms }) => ms))],
    ['not completed', String(unfinished.length)],
    ['lost', String(lost.length)],
    ['completed twice', String(doubled.length)],
  ]);

  expect({ refused, lost, doubled, unfinished }).toEqual({ refused: [], lost: [], doubled: [], unfinished: [] });
  expect(data.status_counts.Completed).toBe(ORDERS);
});

/** Waits for the orders, and runs the sweep in between as AWS does every minute, which sends due orders again. */
async function settled(orders: number): Promise<void> {
  let completed = 0;
  let progressAt = performance.now();
  let sweptAt = progressAt;
  await waitUntil(
    'no order is Pending or Processing, or no order changes any more',
    async () => {
      const { data } = (await functions.getMetrics()).body as { data: { status_counts: Record<string, number> } };
      const { Completed = 0, Pending = 0, Processing = 0 } = data.status_counts;
      const now = performance.now();
      if (Completed > completed) progressAt = now;
      completed = Completed;
      if (now - sweptAt > 1_000) {
        await functions.sweep();
        sweptAt = performance.now();
      }
      return Completed >= orders || Pending + Processing === 0 || now - progressAt > PATIENCE_MS;
    },
    Number.POSITIVE_INFINITY,
  );
}

async function handler<Event, Answer>(path: string): Promise<Handler<Event, Answer>> {
  return (await import(`../../functions/${path}.ts`)).handler as Handler<Event, Answer>;
}

function eventOf(body: object): APIGatewayProxyEventV2 {
  const routeKey = 'POST /api/v1/orders';
  return httpEvent({ method: 'POST', path: '/api/v1/orders', routeKey, body: JSON.stringify(body) });
}

function quantiles(values: readonly number[]): string {
  const ascending = [...values].sort((a, b) => a - b);
  return [50, 95, 99].map((percent) => `p${percent} ${percentile(ascending, percent).toFixed(1)} ms`).join(', ');
}

function perSecond(orders: number, ms: number): string {
  return `${Math.round((orders / ms) * 1_000)}/s`;
}

/** Not with console.log, because jest adds the place of the call. */
function print(rows: readonly (readonly [string, string])[]): void {
  process.stdout.write(`\n${rows.map(([name, value]) => `${name.padEnd(20)}${value}\n`).join('')}\n`);
}

function wholeNumber(name: string, standard: number): number {
  const text = process.env[name] || String(standard);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value;
  throw new Error(`${name} must be a whole number from 1 to 1000000, not "${text}".`);
}
