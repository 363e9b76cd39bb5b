import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDataApi } from '../../../infra/local/data-api/server.ts';
import { startLocalStackForDeployments } from '../../../infra/localstack/deployments.ts';
import type { LocalStack } from '../../../infra/localstack/localstack.ts';
import { type Receiver, startReceiver } from '../../processors/receiver.ts';
import { CLUSTER } from '../../support/data-api.ts';
import { createTestDatabase } from '../../support/database.ts';
import { httpEvent } from '../../support/lambda.ts';
import { connectPsql, type Psql } from '../../support/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Aws, awsAt } from './aws.ts';
import { type Checkout, copyCheckout } from './checkout.ts';

const STAGE = 'rehearsal';
const STACK = `orders-${STAGE}`;

/** Milliseconds for a message to be sent, taken and worked on by functions that start for it. */
const PATIENCE_MS = 60_000;

const cleanUps: (() => Promise<unknown>)[] = [];
let psql: Psql;
let localStack: LocalStack;
let aws: Aws;
let checkout: Checkout;
let parameters: string;
let images: Receiver;

/** The stage takes a database that is there already, since LocalStack has none: an emulated cluster. */
beforeAll(async () => {
  const database = await createTestDatabase();
  cleanUps.push(() => database.drop());
  psql = await connectPsql(database.url);
  cleanUps.push(() => psql.end());
  await psql.rows('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const dataApi = await startDataApi({ port: 0, postgres: database.url, ...CLUSTER });
  cleanUps.push(() => dataApi.stop());
  localStack = await startLocalStackForDeployments({ AWS_ENDPOINT_URL_RDS_DATA: dataApi.endpoint }, console.log);
  cleanUps.push(() => localStack.stop());
  aws = awsAt(localStack.endpoint);
  images = await startReceiver();
  images.answer = noSuchRepository;
  cleanUps.push(() => images.close());
  checkout = await copyCheckout();
  cleanUps.push(() => checkout.remove());
  parameters = Object.entries({
    database: 'existing-data-api',
    databaseResourceArn: CLUSTER.resourceArn,
    databaseSecretArn: CLUSTER.secretArn,
    databaseName: new URL(database.url).pathname.slice(1),
    databaseMaxConnections: '1000',
  })
    .map(([name, value]) => `--param=${name}=${value}`)
    .join(' ');
});

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

const serverless = (command: string) =>
  checkout.serverless(`${command} --stage ${STAGE} ${parameters}`, {
    AWS_ENDPOINT_URL: localStack.endpoint,
    AWS_ENDPOINT_URL_ECR: images.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AUTH: 'none',
    PROCESSING_DELAY_MS: '0',
  });

/** Serverless asks for container images when it removes a stage, and LocalStack's free edition knows none. */
function noSuchRepository(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ __type: 'RepositoryNotFoundException' }));
}

async function deploy(): Promise<void> {
  const { succeeded, output } = await serverless('deploy');
  if (!succeeded) throw new Error(`${output}\n${(await localStack.log()).slice(-5_000)}`);
  process.stdout.write(`${output}${STACK} is ${await aws.stackStatus(STACK)}\n\n`);
}

/** Posts an order, waits until it is Completed, and answers what the client was told. */
async function completes(orderId: string): Promise<string> {
  const order = JSON.stringify({ order_id: orderId, user_id: 7, item_ids: [1, 2], total_amount: 19.99 });
  const route = { method: 'POST', path: '/api/v1/orders', routeKey: 'POST /api/v1/orders' } as const;
  const { statusCode, body } = await aws.invoke(`${STACK}-createOrder`, httpEvent({ ...route, body: order }));
  expect(statusCode).toBe(202);
  const status = () => psql.value<string>('SELECT status FROM orders WHERE order_id = $1', [orderId]);
  await waitUntil(`${orderId} is Completed`, async () => (await status()) === 'Completed', PATIENCE_MS);
  return JSON.parse(body).message;
}

const tableExists = (name: string) => psql.value<boolean>('SELECT to_regclass($1) IS NOT NULL', [name]);

describe('a deployment', () => {
  test('a deployment creates the stack with a migrated database', async () => {
    await deploy();

    expect(await aws.stackStatus(STACK)).toBe('UPDATE_COMPLETE');
    expect(await tableExists('orders')).toBe(true);
  });

  test('deployed bundles take an order from the API through the queue to the worker', async () => {
    expect(await completes('ORD-1')).toMatch(/^Order successfully processed/);

    const history = await psql.rows<{ to_status: string; actor: string }>(
      "SELECT to_status, actor FROM order_history WHERE order_id = 'ORD-1' ORDER BY entry",
    );
    process.stdout.write(history.map(({ to_status: status, actor }) => `ORD-1 is ${status} by ${actor}\n`).join(''));
    const worker = expect.stringMatching(new RegExp(`^worker:${STACK}-processOrders [0-9a-f-]{36}$`));
    expect(history.slice(1)).toEqual([
      { to_status: 'Processing', actor: worker },
      { to_status: 'Completed', actor: worker },
    ]);
  });

  test('a deployment of a new version migrates before the functions get its code', async () => {
    await checkout.addMigration('CREATE TABLE added ()');
    await checkout.replace(...message('Order successfully processed', 'Version two'));
    await deploy();

    expect(await aws.stackStatus(STACK)).toBe('UPDATE_COMPLETE');
    expect(await tableExists('added')).toBe(true);
    expect(await completes('ORD-2')).toMatch(/^Version two/);
  });

  test('a deployment whose migration fails says why, and gives no function its code', async () => {
    const takeAway = await checkout.addMigration('CREATE TABLE orders ()');
    await checkout.replace(...message('Version two', 'Version three'));
    const { succeeded, output } = await serverless('deploy');
    await takeAway();

    expect(succeeded).toBe(false);
    expect(output).toContain('relation "orders" already exists');
    expect(await completes('ORD-3')).toMatch(/^Version two/);
  });

  test('a deployment is removed by a command that keeps the existing database', async () => {
    expect(await serverless('remove')).toMatchObject({ succeeded: true });

    expect(await aws.stackStatus(STACK)).toBeUndefined();
    expect(await tableExists('orders')).toBe(true);
  });
});

const message = (text: string, by: string) => ['functions/http/accept-order.ts', text, by] as const;
