import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Driver } from '../../../infra/deploy/bundle.ts';
import { type DataApiServer, startDataApi } from '../../../infra/local/data-api/server.ts';
import { ROUTES, routeKeyOf } from '../../../lib/routes.ts';
import { CLUSTER } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { httpEvent, sqsEvent } from '../../support/lambda.ts';
import { connectPsql } from '../../support/psql.ts';
import { type ResponseBucket, startResponseBucket } from '../response-bucket.ts';
import { type EmulatedFunction, startFunction } from './emulated-function.ts';
import { type Packaged, packaged } from './packaged-stage.ts';

/** Bytes: bundleKilobytes of serverless.yml. */
const CODE_LIMIT = 480_000;

/** Of so many starts the fastest counts: what makes the others slower is the machine. */
const STARTS = 5;

const ORDER = { order_id: 'ORD-1', user_id: 7, item_ids: [1, 2], total_amount: 19.99 };

interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
}

describe.each<Driver>(['data-api', 'pg'])('the packaged functions, with %s, under the runtime of Lambda', (driver) => {
  let database: TestDatabase;
  let dataApi: DataApiServer;
  let bucket: ResponseBucket;
  let sqs: SQSClient;
  let queueUrl: string;
  let stage: Packaged;

  beforeAll(async () => {
    database = await createTestDatabase();
    const psql = await connectPsql(database.url);
    await psql.rows('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await psql.end();
    dataApi = await startDataApi({ port: 0, postgres: database.url, ...CLUSTER });
    bucket = await startResponseBucket();
    const aws = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT ?? '',
    };
    Object.assign(process.env, aws);
    sqs = new SQSClient({});
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `orders-${randomUUID()}` }));
    queueUrl = QueueUrl ?? '';
    stage = await packaged(driver, {
      ...aws,
      ...(driver === 'pg'
        ? // What there is here has no IAM and no TLS.
          { DATABASE_URL: database.url, DATABASE_AUTH: 'password' }
        : {
            DATABASE_RESOURCE_ARN: CLUSTER.resourceArn,
            DATABASE_SECRET_ARN: CLUSTER.secretArn,
            DATABASE_NAME: new URL(database.url).pathname.slice(1),
            AWS_ENDPOINT_URL_RDS_DATA: dataApi.endpoint,
          }),
      QUEUE_URL: queueUrl,
      DEAD_LETTER_QUEUE_URL: queueUrl,
      PROCESSING_DELAY_MS: '0',
    });
  });

  afterAll(async () => {
    await stage?.remove();
    sqs?.destroy();
    await bucket?.close();
    await dataApi?.stop();
    await database?.drop();
  });

  /** A container that has not begun. No authorizer stands before the routes here. */
  function containerOf(key: string): Promise<EmulatedFunction> {
    const code = stage.of(key);
    const AUTH = key === 'authorize' ? 'api-key' : 'none';
    return startFunction({ ...code, environment: { ...code.environment, AUTH } });
  }

  /** What a new container answers to its first event. */
  async function once<T>(key: string, event: unknown): Promise<T> {
    const container = await containerOf(key);
    try {
      return (await container.invoke(event)) as T;
    } finally {
      await container.stop();
    }
  }

  test('packaged functions migrate the database for CloudFormation', async () => {
    await once('migrate', bucket.request('Create'));

    expect(bucket.answers.at(-1)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('packaged functions accept an order, process it, and return it', async () => {
    const route = { method: 'POST', path: '/api/v1/orders', routeKey: 'POST /api/v1/orders' } as const;
    const created = await once<HttpAnswer>('createOrder', httpEvent({ ...route, body: JSON.stringify(ORDER) }));
    expect(created.statusCode).toBe(202);

    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5 }));
    const bodies = Messages.map(({ Body }) => Body ?? '');
    expect(bodies).toHaveLength(1);
    expect(await once('processOrders', sqsEvent(bodies))).toEqual({ batchItemFailures: [] });

    const answer = await once<HttpAnswer>(
      'getOrder',
      httpEvent({
        method: 'GET',
        path: '/api/v1/orders/ORD-1',
        routeKey: 'GET /api/v1/orders/{order_id}',
        pathParameters: { order_id: 'ORD-1' },
      }),
    );
    expect(JSON.parse(answer.body)).toMatchObject({ order_id: 'ORD-1', status: 'Completed' });
  });

  test('packaged functions start and handle their first event; with sizes and cold starts', async () => {
    const rows: Row[] = [];
    for (const { key, codeBytes, packageBytes } of stage.functions) {
      const initMs: number[] = [];
      for (let start = 0; start < STARTS; start += 1) {
        const container = await containerOf(key);
        await container.invoke(firstEvent(key, bucket)).finally(() => container.stop());
        initMs.push(container.initMs());
      }
      rows.push({ key, codeBytes, packageBytes, initMs: Math.min(...initMs) });
    }
    process.stdout.write(`\n${driver}\n${table(rows)}\n`);

    expect(rows.filter(({ codeBytes }) => codeBytes > CODE_LIMIT)).toEqual([]);
  });
});

/** An event of the kind that the function takes, and that changes nothing. */
function firstEvent(key: string, bucket: ResponseBucket): unknown {
  if (key === 'migrate') return bucket.request('Delete');
  if (key === 'processOrders') return sqsEvent([]);
  if (key === 'sweepOrders') return {};
  // Without a body, or a key for the authorizer, which every route answers.
  const route = ROUTES.find(({ functionName }) => functionName === key) ?? ROUTES[0];
  return httpEvent({ method: route.method, path: route.path, routeKey: routeKeyOf(route) });
}

interface Row {
  readonly key: string;
  readonly codeBytes: number;
  readonly packageBytes: number;
  readonly initMs: number;
}

function table(rows: readonly Row[]): string {
  const line = (...[key = '', ...cells]: string[]) => key.padEnd(17) + cells.map((cell) => cell.padStart(10)).join('');
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
  return [
    line('function', 'code', 'package', 'init'),
    ...rows.map(({ key, codeBytes, packageBytes, initMs }) =>
      line(key, kilobytes(codeBytes), kilobytes(packageBytes), `${initMs.toFixed(0)} ms`),
    ),
  ].join('\n');
}
