import { describe, expect, test } from '@jest/globals';
import HttpApiPlugin from '../../infra/aws/http-api-plugin.ts';
import { ROUTES, routeKeyOf } from '../../lib/routes.ts';

class ServerlessError extends Error {}

interface Settings {
  readonly auth?: string;
  readonly origins?: string;
  readonly tokens?: Readonly<Record<string, string>>;
  readonly deletionProtection?: boolean;
}

/** The events of serverless.yml in its two spellings, as the plugin leaves them. */
function guard(
  { auth = 'api-key', origins = '', tokens = {}, deletionProtection = false }: Settings,
  ...more: { httpApi: unknown }[]
) {
  const routes = ROUTES.map((route, n) => ({
    httpApi: n % 2 === 0 ? routeKeyOf(route) : { method: route.method.toLowerCase(), path: route.path },
  }));
  const service = {
    provider: { environment: { AUTH: auth }, deletionProtection, httpApi: {} as Record<string, unknown> },
    functions: {
      authorize: { events: [], environment: tokens, permissions: ['useDatabase'] } as Record<string, unknown>,
      all: { events: [...routes, ...more] },
      processOrders: { events: [{ sqs: {} }] },
    },
    custom: { corsAllowOrigins: origins },
  };
  new HttpApiPlugin({ service, classes: { Error: ServerlessError } } as never).hooks.initialize?.();
  return service;
}

const CALLERS = { name: 'callers', type: 'request' };

const TOKENS = {
  JWT_ISSUER: 'https://login.example/',
  JWT_AUDIENCE: 'https://orders.example',
  JWT_JWKS_URL: 'https://login.example/jwks',
};

describe('the routes of a stage', () => {
  test.each(['api-key', 'jwt'])('every route has the authorizer unless it is public, with AUTH=%s', (auth) => {
    const { events } = guard({ auth, tokens: TOKENS }).functions.all;

    ROUTES.forEach((route, n) => {
      const { method, path } = route;
      if (route.scope === 'public') expect(events[n]?.httpApi).not.toHaveProperty('authorizer');
      else expect(events[n]?.httpApi).toEqual({ method, path, authorizer: CALLERS });
    });
  });

  test('a route that is missing in the table of routes has the authorizer, too', () => {
    const added = [
      { httpApi: 'DELETE /api/v1/orders/{order_id}' },
      { httpApi: { method: 'get', path: '/api/v1/all' } },
    ];

    const { events } = guard({}, ...added).functions.all;

    expect(events.slice(-2)).toEqual([
      { httpApi: { method: 'DELETE', path: '/api/v1/orders/{order_id}', authorizer: CALLERS } },
      { httpApi: { method: 'GET', path: '/api/v1/all', authorizer: CALLERS } },
    ]);
  });

  test('routes have no authorizer only with AUTH=none', () => {
    expect(JSON.stringify(guard({ auth: 'none' }).functions)).not.toContain('callers');
    for (const auth of ['', 'None', 'off', 'apikey'])
      expect(() => guard({ auth })).toThrow(
        new ServerlessError('Bad configuration: AUTH must be none, api-key or jwt'),
      );
  });

  test('AUTH=none is rejected for a protected stage', () => {
    expect(() => guard({ auth: 'none', deletionProtection: true })).toThrow(
      new ServerlessError('AUTH=none would open a protected stage to everybody. Set AUTH to api-key or jwt.'),
    );
    guard({ auth: 'api-key', deletionProtection: true });
  });

  test('a stage is rejected without the settings that verify tokens', () => {
    expect(() => guard({ auth: 'jwt', tokens: { ...TOKENS, JWT_AUDIENCE: '' } })).toThrow('JWT_AUDIENCE must be set');
    const plain = { ...TOKENS, JWT_JWKS_URL: 'http://login.example/jwks' };
    expect(() => guard({ auth: 'jwt', tokens: plain })).toThrow('JWT_JWKS_URL must be a URL that begins with https://');
  });

  test('the authorizer of tokens has neither the database nor its network', () => {
    expect(guard({ auth: 'jwt', tokens: TOKENS }).functions.authorize).toMatchObject({ permissions: [], vpc: false });
    expect(guard({ auth: 'api-key' }).functions.authorize).not.toHaveProperty('vpc');
  });
});

describe('pages of other origins', () => {
  test('pages of other origins cannot call the API unless they are listed', () => {
    expect(guard({}).provider.httpApi).toEqual({});
    const { cors } = guard({ origins: 'https://shop.example,http://localhost:3000' }).provider.httpApi;
    expect(cors).toMatchObject({
      allowedOrigins: ['https://shop.example', 'http://localhost:3000'],
      allowedHeaders: expect.arrayContaining(['Authorization', 'Idempotency-Key']),
      allowedMethods: expect.arrayContaining(['GET', 'POST', 'OPTIONS']),
    });
    expect(cors).not.toHaveProperty('allowCredentials');
  });

  test.each(['https://shop.example/', 'shop.example', 'https://shop.example/pay', 'null', 'https://*.example'])(
    'CORS_ALLOW_ORIGINS rejects %s, which is not an origin',
    (origins) => {
      expect(() => guard({ origins })).toThrow(ServerlessError);
      expect(() => guard({ origins })).toThrow(`"${origins}" is not an origin`);
    },
  );
});
