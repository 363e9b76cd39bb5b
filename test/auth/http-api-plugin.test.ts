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
  test.each(['api-key', 'jwt'])('have the authorizer unless they are public, with AUTH=%s', (auth) => {
    const { events } = guard({ auth, tokens: TOKENS }).functions.all;

    ROUTES.forEach((route, n) => {
      const { method, path } = route;
      if (route.scope === 'public') expect(events[n]?.httpApi).not.toHaveProperty('authorizer');
      else expect(events[n]?.httpApi).toEqual({ method, path, authorizer: CALLERS });
    });
  });

  test('have it, too, when nobody has entered them in the table', () => {
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

  test('are open with AUTH=none, and only then', () => {
    expect(JSON.stringify(guard({ auth: 'none' }).functions)).not.toContain('callers');
    for (const auth of ['', 'None', 'off', 'apikey'])
      expect(() => guard({ auth })).toThrow(
        new ServerlessError('Bad configuration: AUTH must be none, api-key or jwt'),
      );
  });

  test('are never open where the stage is protected', () => {
    expect(() => guard({ auth: 'none', deletionProtection: true })).toThrow(
      new ServerlessError('AUTH=none would open a protected stage to everybody. Set AUTH to api-key or jwt.'),
    );
    guard({ auth: 'api-key', deletionProtection: true });
  });

  test('are not made without the settings that tokens are verified by', () => {
    expect(() => guard({ auth: 'jwt', tokens: { ...TOKENS, JWT_AUDIENCE: '' } })).toThrow('JWT_AUDIENCE must be set');
    const plain = { ...TOKENS, JWT_JWKS_URL: 'http://login.example/jwks' };
    expect(() => guard({ auth: 'jwt', tokens: plain })).toThrow('JWT_JWKS_URL must be a URL that begins with https://');
  });

  test('leave the authorizer of tokens without the database, and out of its network', () => {
    expect(guard({ auth: 'jwt', tokens: TOKENS }).functions.authorize).toMatchObject({ permissions: [], vpc: false });
    expect(guard({ auth: 'api-key' }).functions.authorize).not.toHaveProperty('vpc');
  });
});

describe('pages of other origins', () => {
  test('may not call, unless they are named', () => {
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
