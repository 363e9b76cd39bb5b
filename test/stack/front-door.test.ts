import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOrderClient } from '../../client/index.ts';
import { LOCAL_CLUSTER } from '../../infra/local/data-api/local-cluster.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { freePorts } from '../support/free-port.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { makeStackHome, type StackHome, type StackProcess, stackFileOf, startStack } from './stack-process.ts';
import '../support/starts-processes.ts';

let home: StackHome;
let stack: StackProcess;
let psql: Psql;

beforeAll(async () => {
  const [port] = await freePorts(1);
  const plain = await makeStackHome();
  home = { ...plain, env: { ...plain.env, DATABASE_DRIVER: 'data-api', DATA_API_PORT: String(port) } };
  stack = await startStack(home);
  psql = await connectPsql(stackFileOf(home).postgres);
});

afterAll(async () => {
  await psql?.end();
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await home?.remove();
});

const anOrder = (orderId: string) => JSON.stringify({ order_id: orderId, user_id: 1, item_ids: [], total_amount: 1 });
const orders = () => psql.rows<{ order_id: string }>('SELECT order_id FROM orders ORDER BY order_id');

const ask = (method: string, path: string, headers: readonly string[] = [], body?: string | Buffer) =>
  rawRequest(stackFileOf(home).api, method, path, headers, body);

/** What refuses a page: it gets 403, and its browser no permission to read even that. */
function expectRefused({ status, headers }: RawAnswer): void {
  expect(status).toBe(403);
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

describe('a page of another origin', () => {
  const ORIGINS = ['https://evil.example', 'null', 'http://localhost:8499', 'http://localhost', 'file://'];

  test.each(ORIGINS)('a page of %s neither reads nor changes anything', async (origin) => {
    const before = await orders();
    const simple = ['Origin', origin, 'Content-Type', 'text/plain'];
    expectRefused(await ask('GET', '/api/v1/orders?limit=1', ['Origin', origin]));
    expectRefused(await ask('GET', '/openapi.json', ['Origin', origin]));
    expectRefused(await ask('POST', '/api/v1/orders', simple, anOrder('CSRF-1')));
    expectRefused(await ask('POST', '/api/v1/orders/redrive', simple, '{"all":true}'));
    expectRefused(await ask('POST', '/api/v1/processing/pause', simple, '{"reason":"by a web page"}'));
    expectRefused(
      await ask('OPTIONS', '/api/v1/orders', [
        ...['Origin', origin, 'Access-Control-Request-Method', 'POST'],
        ...['Access-Control-Request-Headers', 'authorization,content-type,idempotency-key'],
      ]),
    );
    expect(await orders()).toEqual(before);
    expect(JSON.parse((await ask('GET', '/api/v1/processing')).text)).toMatchObject({ paused: false });
  });

  test('a page whose name resolves to this machine is rejected by every server of the stack', async () => {
    const { api, dataApi = '', sqs } = stackFileOf(home);
    const port = new URL(api).port;
    const hosts = [
      'evil.example',
      'localhost.evil.example',
      'evil.example:80',
      'localhost@evil.example',
      'localhost/x',
    ];
    for (const host of [...hosts, `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '0.0.0.0', ''])
      for (const server of [api, dataApi, sqs]) {
        const answer = await rawRequest(server, 'GET', '/api/v1/orders', ['Host', host]);
        expect({ host, server, status: answer.status }).toEqual({ host, server, status: 403 });
      }
  });

  test('a page of another origin runs no SQL on the emulator of the Data API, and forges no message', async () => {
    const { dataApi = '', sqs, queueUrl } = stackFileOf(home);
    const statement = JSON.stringify({
      resourceArn: LOCAL_CLUSTER.DATABASE_RESOURCE_ARN,
      secretArn: LOCAL_CLUSTER.DATABASE_SECRET_ARN,
      database: 'orders_db',
      sql: 'create table stranger ()',
    });
    const signed = [
      'Authorization',
      'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/rds-data/aws4_request, Signature=0',
    ];
    const message = JSON.stringify({ QueueUrl: queueUrl, MessageBody: '{}' });
    const send = ['X-Amz-Target', 'AmazonSQS.SendMessage', 'Content-Type', 'application/x-amz-json-1.0'];
    for (const stranger of [
      ['Host', 'evil.example:80'],
      ['Origin', 'https://evil.example'],
    ]) {
      expectRefused(await rawRequest(dataApi, 'POST', '/Execute', [...signed, ...stranger], statement));
      expectRefused(await rawRequest(sqs, 'POST', '/', [...send, ...stranger], message));
      expectRefused(await rawRequest(sqs, 'GET', '/_fauxqs/queues', stranger));
    }
    expect(await psql.value(`SELECT to_regclass('stranger')`)).toBeNull();
  });

  test('pages of the stack itself can create orders, by either name of this machine', async () => {
    const { port } = new URL(stackFileOf(home).api);
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      const host = `${name}:${port}`;
      const headers = ['Host', host, 'Origin', `http://${host}`];
      expect(await ask('POST', '/api/v1/orders', headers, anOrder(`own-${name}`))).toMatchObject({ status: 202 });
    }
  });

  (process.platform === 'linux' ? test : test.skip)(
    'finds no port that runs functions without the authorizer',
    async () => {
      const ports = listeningPortsOf(stackFileOf(home).processes.api as number);
      expect(ports).toContain(Number(new URL(stackFileOf(home).api).port));
      for (const port of ports.filter((one) => String(one) !== new URL(stackFileOf(home).api).port)) {
        const path = '/2015-03-31/functions/orders-local-pauseProcessing/invocations';
        const event = JSON.stringify({ headers: {}, body: '{"reason":"pwned"}', requestContext: { requestId: 'r' } });
        const server = `http://127.0.0.1:${port}`;
        for (const headers of [[], ['Origin', 'https://evil.example'], ['X-Amz-Invocation-Type', 'Event']])
          expectRefused(await rawRequest(server, 'POST', path, headers, event));
      }
    },
  );
});

/** TCP ports on which a process listens, by its sockets (proc(5)). */
function listeningPortsOf(pid: number): number[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
    .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16));
}

describe('headers that no function reads', () => {
  test.each([
    ['Cookie', 'g_state={"i_l":0}'],
    ['Cookie', 'theme={"a":1}; =; a=b=c; ü'],
    ['Cookie', ';;;'],
    ['Accept-Encoding', 'gzip'],
    ['Accept-Encoding', ';q=nonsense,,'],
    ['Accept', '@@@'],
    ['Accept-Language', ';;'],
    ['Accept-Charset', '???'],
    ['Range', 'bytes=0-3'],
    ['Range', 'bytes=99999999-'],
    ['If-Modified-Since', 'yesterday'],
    ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['If-Range', '"x"'],
    ['Content-Type', 'not a type'],
    ['Content-Type', 'multipart/form-data'],
    ['Content-Encoding', 'gzip'],
    ['Content-Encoding', 'nonsense'],
    ['Expect', 'the unexpected'],
    ['Expect', '100-continue'],
    ['Authorization', 'Basic !!!'],
    ['Authorization', ''],
    ['Upgrade', 'websocket'],
    ['TE', 'trailers, ;q'],
    ['Referer', 'no address'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-For', '<script>'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Api-Key', 'wrong'],
    ['sls-offline-authorizer-override', 'not JSON'],
  ])('headers such as %s: %s have no effect', async (name, value) => {
    const plain = await ask('GET', '/api/v1/failures');
    const answer = await ask('GET', '/api/v1/failures', [name, Buffer.from(value).toString('latin1')]);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: plain.text });
    expect(answer.headers['content-encoding']).toBeUndefined();

    const orderId = `${name} ${value}`;
    expect(
      (await ask('POST', '/api/v1/orders', [name, Buffer.from(value).toString('latin1')], anOrder(orderId))).status,
    ).toBe(202);
  });
});

test('duplicate headers are joined, as by API Gateway, so that none of them wins silently', async () => {
  const twice = ['Idempotency-Key', 'a', 'idempotency-key', 'b'];
  expect(await ask('POST', '/api/v1/orders', twice, anOrder('twice'))).toMatchObject({
    status: 400,
    text: expect.stringContaining('Idempotency-Key'),
  });
  expect((await ask('GET', '/api/v1/metrics', ['Host', 'localhost', 'Host', 'localhost'])).status).toBe(403);
});

test('every request to the local stack has its own id, in its header, its error and the history', async () => {
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const created = await ask('POST', '/api/v1/orders', [], anOrder('named'));
  const missing = await ask('GET', '/api/v1/orders/never-created');

  const ids = [created, missing].map(({ headers }) => String(headers['apigw-requestid']));
  for (const id of ids) expect(id).toMatch(UUID);
  expect(new Set(ids).size).toBe(2);
  expect(JSON.parse(missing.text)).toMatchObject({ request_id: ids[1] });
  const history = JSON.parse((await ask('GET', '/api/v1/orders/named/history')).text) as { history: unknown[] };
  expect(history.history[0]).toMatchObject({ actor: `api ${ids[0]}` });
});

describe('a request without a route', () => {
  const PATHS = ['/', '', '/api', '/api/v1', '/api/v1/', '/nothing', '/API/v1/health', '//api/v1/health'];
  const ALMOST = [
    '/api/v1/health/',
    '/api/v1/orders/',
    '/api/v1/orders/a/',
    '/api/v1//orders',
    '/api/v1/orders//history',
  ];
  const MOVING = ['/api/v1/orders/.', '/api/v1/orders/..', '/api/v1/x/../health', '/api/v1/orders/%2e%2E/history'];

  test.each([...PATHS, ...ALMOST, ...MOVING])('GET %s is 404, in the form of API Gateway', async (path) => {
    const { status, text, headers } = await ask('GET', path || '/');
    expect({ status, text }).toEqual({ status: 404, text: '{"message":"Not Found"}' });
    expect(headers['content-type']).toBe('application/json');
  });

  test.each([
    ['POST', '/api/v1/orders/./redrive'],
    ['POST', '/api/v1/orders/%2e/redrive'],
    ['POST', '/api/v1/orders/x/../redrive'],
    ['POST', '/api/v1/orders//redrive'],
    ['POST', '/api/v1/orders/redrive/'],
    ['POST', '/api/v1/orders/../processing/pause'],
    ['POST', '/api/v1/orders/batch/'],
    ['POST', '/api/v1/orders/a'],
    ['HEAD', '/api/v1/health'],
    ['PUT', '/api/v1/orders'],
    ['DELETE', '/api/v1/orders/a'],
    ['OPTIONS', '/api/v1/orders'],
  ])('%s %s is 404 too', async (method, path) => {
    expect((await ask(method, path, [], method === 'POST' ? '{"all":true}' : undefined)).status).toBe(404);
    expect(JSON.parse((await ask('GET', '/api/v1/processing')).text)).toMatchObject({ paused: false });
  });

  test.each([
    '/api/v1/orders/%',
    '/api/v1/orders/%zz',
    '/api/v1/orders/%ff',
    '/api/v1/orders/a\\..\\redrive',
    '/api/v1/orders#',
  ])('GET %s, which cannot be decoded, is 400', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 400, text: '{"message":"Bad Request"}' });
  });

  test('order ids that look like routes, or need encoding, are ids', async () => {
    for (const orderId of ['redrive', 'batch', 'history', 'a/b', 'a?b', 'a#b', '100%', 'a\\b', '%2e', '...', ' ']) {
      expect((await ask('POST', '/api/v1/orders', [], anOrder(orderId))).status).toBe(202);
      const path = `/api/v1/orders/${encodeURIComponent(orderId)}`;
      expect(JSON.parse((await ask('GET', path)).text)).toMatchObject({ order_id: orderId });
      expect(JSON.parse((await ask('GET', `${path}/history`)).text)).toMatchObject({ order_id: orderId });
      // Not Failed: the response is about this order, and about no other.
      expect((await ask('POST', `${path}/redrive`, [], '{}')).status).toBe(409);
    }
  });
});

test('an imported order called . or .. is read and redriven by the client and the command, and no other is', async () => {
  for (const orderId of ['.', '..', 'failed too'])
    await psql.rows(
      `WITH made AS (SELECT set_config('orders.actor', 'import', true))
       INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, reason_code)
       SELECT $1, 1, '{}', 1, 'Failed', NULL, 'imported' FROM made`,
      [orderId],
    );
  const params = { path: { order_id: '.' } };
  const client = createOrderClient({ baseUrl: stackFileOf(home).api });
  expect((await client.GET('/orders/{order_id}', { params })).data?.order_id).toBe('.');
  expect((await client.POST('/orders/{order_id}/redrive', { params, body: {} })).data?.order_id).toBe('.');
  const { stdout } = await promisify(execFile)(process.execPath, ['cli/orders.ts', 'history', '..', '--json'], {
    cwd: REPOSITORY,
    env: { ...home.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  expect(JSON.parse(stdout)).toMatchObject({ order_id: '..' });
  expect(await psql.rows(`SELECT order_id, redrives FROM orders WHERE redrives > 0`)).toEqual([
    { order_id: '.', redrives: 1 },
  ]);
});

test('files of the stack are readable only by its user', () => {
  for (const name of ['stack.json', 'postgres.log', 'queue'])
    expect([name, statSync(join(home.directory, name)).mode & 0o077]).toEqual([name, 0]);
});
