import { randomUUID } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2, Context } from 'aws-lambda';
import type pg from 'pg';
import { LOCAL_CLUSTER } from '../../infra/local/data-api/local-cluster.ts';
import { hashOf, makeApiKey } from '../../lib/auth/api-key.ts';
import type { Decision } from '../../lib/auth/decision.ts';
import { insertApiKey } from '../../lib/auth/sql/insert-api-key.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { encodeMessage } from '../../lib/queue/message.ts';
import { httpEvent, lambdaContext, sqsEvent } from '../../test/support/lambda.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { LabQueue } from '../order-queue.ts';
import { type Result, short, whole } from '../result.ts';
import { median } from '../statistics.ts';
import { walPosition } from '../wal-position.ts';

const FULL = { runs: 400, warmUps: 100 };
const TINY: typeof FULL = { runs: 2, warmUps: 1 };

/** Orders in a full batch, as set in serverless.yml. */
const BATCH = 25;

interface Invocation {
  readonly ms: number;
  readonly cpuMs: number;
  readonly logBytes: number;
}

/** What Lambda calls. The type of middy has further parameters, which Lambda does not pass. */
type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** (i) The duration of each kind of invocation, one at a time as in a Lambda container: the inputs of `npm run cost`. */
export async function benchBilled({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  return withLab({ dataApi: true }, async (lab) => {
    const queue = await LabQueue.start(lab);
    Object.assign(process.env, lab.env, LOCAL_CLUSTER, {
      DATABASE_DRIVER: 'data-api',
      DATABASE_NAME: new URL(lab.addresses.postgres).pathname.slice(1),
      AWS_ENDPOINT_URL_RDS_DATA: lab.addresses.dataApi,
      AUTH: 'api-key',
      LOG_LEVEL: 'INFO',
      METRICS_NAMESPACE: 'bench',
    });
    const client = await lab.connect();
    const apiKey = await createApiKey(lab);
    const before = await footprintOf(client);
    const invocations = await measure(apiKey, sizes);
    const after = await footprintOf(client);
    await (await import('../../lib/runtime/connections.ts')).connections().close();
    await (await import('../../lib/auth/authorizer.ts')).authorizer().close();
    queue.close();
    return toResult(invocations, perOrder(before, after), sizes.runs, await describePostgres(client));
  });
}

interface Footprint {
  readonly orders: number;
  /** All tables with their indexes. */
  readonly bytes: number;
  /** Written to the write-ahead log so far. */
  readonly walBytes: number;
}

async function footprintOf(client: pg.Client): Promise<Footprint> {
  const { rows } = await client.query(
    `SELECT (SELECT count(*) FROM orders)::integer AS orders,
            (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')::double precision AS bytes`,
  );
  return { ...rows[0], walBytes: await walPosition(client) } as Footprint;
}

const perOrder = (before: Footprint, after: Footprint) => {
  const orders = after.orders - before.orders;
  return { bytes: (after.bytes - before.bytes) / orders, walBytes: (after.walBytes - before.walBytes) / orders };
};

/** The invocations by what was done, in the sequence of an order's life. */
async function measure(apiKey: string, sizes: typeof FULL): Promise<Map<string, Invocation[]>> {
  const load = async (file: string) => (await import(`../../functions/${file}.ts`)).handler as Handler;
  const authorize = await load('http/authorize');
  const createOrder = await load('http/create-order');
  const getOrder = await load('http/get-order');
  const processOrders = await load('queue/process-orders');
  const sweepOrders = await load('schedule/sweep-orders');

  const invocations = new Map<string, Invocation[]>();
  for (let run = -sizes.warmUps; run < sizes.runs; run++) {
    const timed = async <T>(title: string, handler: Handler, event: unknown): Promise<T> => {
      const { result, ...invocation } = await invoke(handler, event);
      if (run >= 0) invocations.set(title, [...(invocations.get(title) ?? []), invocation]);
      return result as T;
    };
    const asked = { routeKey: 'POST /api/v1/orders', headers: { authorization: `Bearer ${apiKey}` } };
    const { context } = await timed<{ context: Decision }>('authorize', authorize, asked as Asked);
    const [single = '', ...batch] = Array.from({ length: 1 + BATCH }, () => randomUUID());
    await timed('createOrder', createOrder, createEvent(single, context));
    await timed('getOrder', getOrder, getEvent(single, context));
    await timed('processOrders, 1 order', processOrders, sqsEvent([encodeMessage(single)]));
    for (const orderId of batch) await invoke(createOrder, createEvent(orderId, context));
    await timed(`processOrders, ${BATCH} orders`, processOrders, sqsEvent(batch.map(encodeMessage)));
    await timed('sweepOrders', sweepOrders, {});
  }
  return invocations;
}

type Asked = Pick<APIGatewayRequestAuthorizerEventV2, 'routeKey' | 'headers'>;

async function invoke(handler: Handler, event: unknown): Promise<Invocation & { result: unknown }> {
  const log = countLog();
  const cpu = process.cpuUsage();
  const started = performance.now();
  try {
    const result = await handler(event, lambdaContext());
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    return { result, ms, cpuMs: (user + system) / 1_000, logBytes: log.bytes() };
  } finally {
    log.stop();
  }
}

/** Intercepts and counts the log entries, so that they are not printed among the results. */
function countLog(): { bytes(): number; stop(): void } {
  const { write } = process.stdout;
  let bytes = 0;
  process.stdout.write = (chunk: string | Uint8Array) => {
    bytes += Buffer.byteLength(chunk);
    return true;
  };
  return {
    bytes: () => bytes,
    stop: () => {
      process.stdout.write = write;
    },
  };
}

async function createApiKey(lab: Lab): Promise<string> {
  const [poolSize, timeout] = [1, 10_000];
  const database = connectPg({
    url: lab.addresses.postgres,
    poolSize,
    statementTimeoutMs: timeout,
    connectTimeoutMs: timeout,
    logger: createLogger('WARN'),
  });
  const apiKey = makeApiKey();
  const scopes = ['orders:read', 'orders:write'];
  await insertApiKey(database, { owner: 'bench', name: 'bench', scopes, expiresInDays: null, sha256: hashOf(apiKey) });
  await database.close();
  return apiKey;
}

function createEvent(orderId: string, decision: Decision) {
  const body = JSON.stringify({ order_id: orderId, user_id: 7, item_ids: [1, 2, 3], total_amount: 19.99 });
  const path = '/api/v1/orders';
  return admitted(httpEvent({ method: 'POST', path, routeKey: `POST ${path}`, body }), decision);
}

function getEvent(orderId: string, decision: Decision) {
  const path = `/api/v1/orders/${orderId}`;
  const routeKey = 'GET /api/v1/orders/{order_id}';
  return admitted(httpEvent({ method: 'GET', path, routeKey, pathParameters: { order_id: orderId } }), decision);
}

function admitted(event: ReturnType<typeof httpEvent>, lambda: Decision) {
  return { ...event, requestContext: { ...event.requestContext, authorizer: { lambda } } };
}

function toResult(
  invocations: ReadonlyMap<string, Invocation[]>,
  order: ReturnType<typeof perOrder>,
  runs: number,
  versions: string,
): Result {
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    method:
      'Whole invocations of the functions, one after the other in one process, over the emulated RDS Data API and the ' +
      'queue server, which run in separate processes; no simulated work. The rest of the time is waiting, which takes ' +
      'longer on AWS because its services are farther away. CPU time is that of the process, including compilation and ' +
      `garbage collection. ${runs} of each after a warm-up. ${versions}.`,
    tables: [
      {
        title: 'Per invocation',
        columns: ['', 'ms p50', 'CPU ms on average', 'bytes logged'],
        rows: [...invocations].map(([title, all]) => [
          title,
          short(median(all.map(({ ms }) => ms))),
          short(average(all.map(({ cpuMs }) => cpuMs))),
          whole(median(all.map(({ logBytes }) => logBytes))),
        ]),
      },
      {
        title: 'Per Completed order in Postgres',
        columns: ['', 'bytes'],
        rows: [
          ['tables with their indexes', whole(order.bytes)],
          ['write-ahead log', whole(order.walBytes)],
        ],
      },
    ],
  };
}
