import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hashOf, makeApiKey } from '../../lib/auth/api-key.ts';
import { type Route, routeKeyOf, type Scope } from '../../lib/routes.ts';
import { type CapturedLog, captureLog } from '../observability/captured-log.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { askFunction, askThroughGateway, GUARDED } from './gateway.ts';

let service: Functions;
let log: CapturedLog;
/** Between the functions and their database. */
let proxy: TcpProxy;
const SCOPES: readonly Scope[] = ['orders:read', 'orders:write', 'orders:admin', 'metrics:read'];

beforeAll(async () => {
  log = captureLog();
  service = await loadFunctions({
    settings: { AUTH: 'api-key', LOG_LEVEL: 'INFO', DATABASE_TIMEOUT_MS: '1000' },
    via: async (url) => {
      proxy = await startTcpProxy(url);
      return proxy.url;
    },
  });
});

beforeEach(() => log.clear());

afterAll(async () => {
  log.release();
  const { authorizer } = await import('../../lib/auth/authorizer.ts');
  await authorizer().close();
  await service.close();
  await proxy.close();
});

async function makeKey(scopes: readonly string[], changes = ''): Promise<string> {
  const key = makeApiKey();
  await service.psql.rows(
    `INSERT INTO api_keys (owner, name, scopes, secret_sha256) VALUES ('shop-7', 'web', $1, decode($2, 'hex'))`,
    [scopes, hashOf(key)],
  );
  if (changes)
    await service.psql.rows(`UPDATE api_keys SET ${changes} WHERE secret_sha256 = decode($1, 'hex')`, [hashOf(key)]);
  return key;
}

const named = GUARDED.map((route) => [routeKeyOf(route), route] as const);
const orderId = 'ORD-1';

describe('a route that is not public', () => {
  test.each(named)('%s returns 401 without a valid credential', async (_, route) => {
    const all = await makeKey(SCOPES);
    const credentials: [string | undefined, string][] = [
      [undefined, 'Bearer'],
      ['', 'Bearer'],
      [all, 'Bearer'],
      [`Basic ${Buffer.from(`shop-7:${all}`).toString('base64')}`, 'Bearer'],
      [`Bearer ${all},Bearer ${all}`, 'Bearer'],
      ['Bearer nonsense', 'Bearer error="invalid_token"'],
      [`Bearer ${makeApiKey()}`, 'Bearer error="invalid_token"'],
      [`Bearer ${await makeKey(SCOPES, 'revoked_at = now()')}`, 'Bearer error="invalid_token"'],
      [`Bearer ${await makeKey(SCOPES, 'expires_at = now()')}`, 'Bearer error="invalid_token"'],
    ];
    for (const [authorization, challenge] of credentials) {
      const answer = await askThroughGateway(route, { orderId, ...(authorization !== undefined && { authorization }) });
      expect({ authorization, ...answer }).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': challenge, 'content-type': 'application/json' },
        // API Gateway may rename the header.
        body: { status_code: 401, message: expect.stringContaining('Unauthorized'), challenge },
      });
    }
    const refused = log.entries.filter(({ message }) => message === 'Rejected a credential');
    expect(refused.map(({ reason }) => reason)).toEqual([
      'not an API key, or mistyped',
      ...Array(3).fill('an API key that is unknown, expired or revoked'),
    ]);
    for (const [authorization] of credentials) if (authorization) expect(log.text).not.toContain(authorization);
    expect(log.text).not.toContain('ob_');
  });

  test.each(named)('%s returns 403 for a key that lacks only the required scope', async (_, route) => {
    const key = await makeKey(SCOPES.filter((scope) => scope !== route.scope));

    const { status, headers, body } = await askThroughGateway(route, { orderId, authorization: `Bearer ${key}` });

    expect({ status, body }).toEqual({
      status: 403,
      body: refusal('forbidden', `Forbidden: the scope ${route.scope} is required.`, {
        challenge: `Bearer error="insufficient_scope", scope="${route.scope}"`,
      }),
    });
    expect(headers['www-authenticate']).toBe(`Bearer error="insufficient_scope", scope="${route.scope}"`);
  });

  test.each(named)('%s accepts a key with exactly the required scope', async (_, route) => {
    const key = await makeKey([route.scope]);

    const { status } = await askThroughGateway(route, { orderId, authorization: `bearer ${key}` });

    expect([200, 400, 404]).toContain(status);
  });

  test.each(named)('%s rejects every request that has no authorizer decision', async (_, route) => {
    const { status, body } = await askFunction(route, undefined, { orderId });
    expect({ status, body }).toEqual({
      status: 500,
      body: refusal('internal_error', 'Internal Server Error!'),
    });
    expect(log.text).toContain(`AUTH is api-key, but the event of ${routeKeyOf(route)} has no authorizer decision`);
  });

  test.each(named)('%s rejects an unknown authorizer decision', async (_, route) => {
    for (const decision of [{}, { outcome: 'Allowed' }, { isAuthorized: true }])
      expect(await askFunction(route, decision as never, { orderId })).toMatchObject({ status: 500 });
  });

  describe('while the database with the keys is down', () => {
    beforeAll(() => proxy.become('closed'));
    afterAll(() => proxy.become('open'));

    test.each(named)('%s returns 503 while the database with the keys is down', async (_, route) => {
      const authorization = `Bearer ${await makeKey(SCOPES)}`;

      const { status, headers, body } = await askThroughGateway(route, { orderId, authorization });

      expect({ status, body }).toEqual({
        status: 503,
        body: refusal('unavailable', 'Service temporarily unavailable. Retry the request.'),
      });
      expect(headers['retry-after']).toMatch(/^\d+$/);
      expect(log.text).toContain('The database with the API keys did not reply');
    });
  });
});

describe('the authorizer', () => {
  test('the authorizer throws, so that the request is rejected, for a route that it does not know', async () => {
    const authorization = `Bearer ${await makeKey(SCOPES)}`;
    const routes: Route[] = [
      { functionName: 'getOrder', method: 'GET', path: '/api/v2/orders/{order_id}', scope: 'orders:read' },
      { functionName: 'getOrder', method: 'POST', path: '/api/v1/orders/{order_id}', scope: 'orders:read' },
      { functionName: 'getHealth', method: 'GET', path: '/api/v1/health', scope: 'public' },
    ];
    for (const route of routes)
      await expect(askThroughGateway(route, { authorization })).rejects.toThrow('The authorizer was invoked for');
  });

  test('the authorizer throws and logs an error, instead of reporting an outage, for a bug', async () => {
    const authorization = `Bearer ${await makeKey(SCOPES)}`;
    const [route] = GUARDED as [Route];
    await service.psql.rows('ALTER TABLE api_keys RENAME TO gone');
    try {
      await expect(askThroughGateway(route, { orderId, authorization })).rejects.toThrow('42P01');
    } finally {
      await service.psql.rows('ALTER TABLE gone RENAME TO api_keys');
    }
    expect(log.entries).toMatchObject([{ level: 'ERROR', message: 'The invocation failed', error: { code: '42P01' } }]);
  });

  test("the authorizer's decision contains no credential, and only strings", async () => {
    const { handler } = await import('../../functions/http/authorize.ts');
    const key = await makeKey(['orders:read', 'metrics:read']);
    const event = { routeKey: 'GET /api/v1/metrics', headers: { AuthoriZation: `Bearer ${key}` } };

    const { context } = await handler(event as never, { awsRequestId: 'a' } as never);

    expect(context).toEqual({
      outcome: 'allowed',
      owner: 'shop-7',
      name: expect.stringMatching(/^key:\d+ \(web\)$/),
      scopes: 'orders:read metrics:read',
    });
  });
});
