import { ROUTES, routeKeyOf } from '../../lib/http/routes/routes.ts';

type HttpApi = string | { readonly method: string; readonly path: string; readonly authorizer?: object };

interface Serverless {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly provider: { readonly environment: { readonly AUTH: string }; readonly httpApi: { cors?: Cors } };
    readonly functions: Record<string, { readonly events: { httpApi?: HttpApi }[] }>;
    readonly custom: { readonly corsAllowOrigins: string };
  };
}

interface Cors {
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly exposedResponseHeaders: readonly string[];
  readonly maxAge: number;
}

/** Of provider.httpApi.authorizers. Serverless Offline wants its type said here, too. */
const AUTHORIZER = { name: 'callers', type: 'request' };

const PUBLIC: ReadonlySet<string> = new Set(ROUTES.filter(({ scope }) => scope === 'public').map(routeKeyOf));

/**
 * Puts the authorizer before every route that the table of routes does not call public, unless AUTH is none, and allows
 * the origins of CORS_ALLOW_ORIGINS. As a plugin, since what nobody wrote down is then closed: a new route has its
 * authorizer without a line in serverless.yml, and one that is not in the table is refused by it.
 */
export default class HttpApiPlugin {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    const { service, classes } = serverless;
    this.hooks = {
      initialize: () => {
        const { AUTH } = service.provider.environment;
        if (!['none', 'api-key', 'jwt'].includes(AUTH))
          throw new classes.Error(`AUTH must be none, api-key or jwt, and is "${AUTH}".`, 'AUTH_UNKNOWN');
        if (AUTH !== 'none') closeRoutes(service.functions);
        const origins = service.custom.corsAllowOrigins.split(',').filter((origin) => origin !== '');
        const wrong = origins.find((origin) => !isOrigin(origin));
        if (wrong !== undefined)
          throw new classes.Error(
            `CORS_ALLOW_ORIGINS must be origins like https://shop.example, with commas between, or * alone; "${wrong}" is none.`,
            'CORS_ORIGIN_INVALID',
          );
        if (origins.length > 0) service.provider.httpApi.cors = corsFor(origins);
      },
    };
  }
}

function closeRoutes(functions: Serverless['service']['functions']): void {
  for (const event of Object.values(functions).flatMap(({ events }) => events)) {
    if (event.httpApi === undefined) continue;
    const { method, path } = methodAndPath(event.httpApi);
    if (!PUBLIC.has(`${method} ${path}`)) event.httpApi = { method, path, authorizer: AUTHORIZER };
  }
}

function methodAndPath(httpApi: HttpApi): { method: string; path: string } {
  if (typeof httpApi !== 'string') return { method: httpApi.method.toUpperCase(), path: httpApi.path };
  const [method = '', path = ''] = httpApi.split(' ');
  return { method: method.toUpperCase(), path };
}

/** As a browser sends it (RFC 6454, section 6.2): no path, not even a slash. */
function isOrigin(text: string): boolean {
  return text === '*' || URL.parse(text)?.origin === text;
}

/** Credentials are not allowed in the sense of CORS: that is cookies, and nothing here reads one. */
function corsFor(allowedOrigins: readonly string[]): Cors {
  return {
    allowedOrigins,
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
    allowedMethods: [...new Set(ROUTES.map(({ method }) => method)), 'OPTIONS'],
    exposedResponseHeaders: ['ETag', 'Idempotency-Replayed', 'Retry-After', 'WWW-Authenticate'],
    // Seconds that a browser need not ask again: two hours, the most that Chromium heeds.
    maxAge: 7_200,
  };
}
