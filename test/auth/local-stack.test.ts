import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { makeStackHome, type StackHome, type StackProcess, stackFileOf, startStack } from '../stack/stack-process.ts';
import { fetchDocumented } from '../support/documented.ts';
import { rawRequest } from '../support/raw-request.ts';
import '../support/starts-processes.ts';

let home: StackHome;
let stack: StackProcess;
let key: string;

beforeAll(async () => {
  const { env, ...rest } = await makeStackHome();
  home = { ...rest, env: { ...env, AUTH: 'api-key', CORS_ALLOW_ORIGINS: 'https://shop.example' } };
  stack = await startStack(home);
  ({ key } = await createKey('shop-7', 'orders:write,orders:read'));
});

afterAll(async () => {
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await home?.remove();
});

/** As a user of the local stack makes one. */
async function createKey(owner: string, scopes: string): Promise<{ key: string; id: number }> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(REPOSITORY, 'cli/orders.ts'),
      ...['keys', 'create', '--owner', owner, '--name', 'web', '--scopes', scopes, '--json'],
    ],
    { cwd: REPOSITORY, env: home.env },
  );
  return JSON.parse(stdout) as { key: string; id: number };
}

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetchDocumented(`${stackFileOf(home).api}${path}`, { headers, ...init });

const post = (orderId: string, headers: Record<string, string>) =>
  ask('/orders', headers, {
    method: 'POST',
    body: JSON.stringify({ order_id: orderId, user_id: 1, item_ids: [7], total_amount: 1 }),
  });

describe('AUTH=api-key npm start', () => {
  test('npm start prints how to create a key and how to send it', () => {
    expect(stack.output).toContain('npm run orders -- keys create');
    expect(stack.output).toContain('-H "Authorization: Bearer $KEY"');
  });

  test('the local stack accepts an order with a key in any header form, and shows it to no other owner', async () => {
    const other = await createKey('shop-8', 'orders:read');

    expect((await post('a', { AUTHORIZATION: `bearer ${key}` })).status).toBe(202);

    expect((await ask('/orders/a', { Authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await ask('/orders/a', { Authorization: `Bearer ${other.key}` })).status).toBe(404);
    expect((await post('b', { Authorization: `Bearer ${other.key}` })).status).toBe(403);
  });

  test('the local stack returns 401 in the common error form without a key and with a wrong one', async () => {
    for (const headers of [{}, { authorization: '' }, { authorization: `Bearer ${key.slice(0, -1)}` }]) {
      const answer = await ask('/metrics', headers);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ status_code: 401, message: expect.stringContaining('Unauthorized') });
    }
  });

  test("the local stack does not let a client forge the authorizer's decision", async () => {
    const decision = { lambda: { outcome: 'allowed', owner: 'x', name: 'x', scopes: 'orders:admin' } };
    for (const name of ['sls-offline-authorizer-override', 'SLS-Offline-Authorizer-Override'])
      expect((await ask('/failures', { authorization: 'Bearer x', [name]: JSON.stringify(decision) })).status).toBe(
        401,
      );
  });

  test('the health check of the local stack needs no key', async () => {
    expect((await ask('/health')).status).toBe(200);
  });

  test('the local stack rejects two credentials, which API Gateway would join', async () => {
    const twice = ['Authorization', `Bearer ${key}`, 'Authorization', `Bearer ${key}`];
    expect((await rawRequest(stackFileOf(home).api, 'GET', '/api/v1/orders', twice)).status).toBe(401);
  });
});

describe('CORS_ALLOW_ORIGINS', () => {
  const authorization = () => ['Authorization', `Bearer ${key}`];
  const preflight = [
    ...['Access-Control-Request-Method', 'POST'],
    ...['Access-Control-Request-Headers', 'authorization,idempotency-key'],
  ];
  const asPage = (origin: string) => {
    const from = ['Origin', origin];
    const body = JSON.stringify({ order_id: origin, user_id: 1, item_ids: [], total_amount: 1 });
    const { api } = stackFileOf(home);
    return Promise.all([
      rawRequest(api, 'OPTIONS', '/api/v1/orders', [...from, ...preflight]),
      rawRequest(api, 'GET', '/api/v1/orders', [...from, ...authorization()]),
      rawRequest(api, 'POST', '/api/v1/orders', [...from, ...authorization(), 'Content-Type', 'text/plain'], body),
    ]);
  };

  test('CORS_ALLOW_ORIGINS lets pages of a listed origin read, write, and read the required headers', async () => {
    const answers = await asPage('https://shop.example');
    expect(answers.map(({ status }) => status)).toEqual([204, 200, 202]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('https://shop.example');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['access-control-expose-headers']).toContain('ETag');
    }
    expect(answers[0]?.headers['access-control-allow-headers']).toContain('Idempotency-Key');
  });

  test.each([
    'https://other.example',
    'http://shop.example',
    'https://shop.example:8443',
    'https://shop.example.evil.example',
    'null',
  ])('CORS_ALLOW_ORIGINS blocks a page of %s', async (origin) => {
    for (const { status, headers } of await asPage(origin)) {
      expect(status).toBe(403);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await ask(`/orders/${encodeURIComponent(origin)}`, { Authorization: `Bearer ${key}` })).status).toBe(404);
  });

  test('CORS_ALLOW_ORIGINS does not affect pages of the stack itself', async () => {
    const origin = `http://${new URL(stackFileOf(home).api).host}`;
    const [, read, write] = await asPage(origin);
    expect([read.status, write.status]).toEqual([200, 202]);
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
  });
});
