import { ConfigError, loadAuthConfig } from '../../lib/config.ts';
import { ROUTES, routeKeyOf } from '../../lib/http/routes/routes.ts';

type HttpApi = string | { readonly method: string; readonly path: string; readonly authorizer?: object };

interface Serverless {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly provider: {
      readonly environment: { readonly AUTH: string };
      readonly deletionProtection?: boolean;
      readonly httpApi: { cors?: Cors };
    };
    readonly functions: Readonly<Record<string, FunctionDefinition>> & { readonly authorize: AuthorizerDefinition };
    readonly custom: { readonly corsAllowOrigins: string };
  };
}

interface FunctionDefinition {
  readonly events: { httpApi?: HttpApi }[];
}

interface AuthorizerDefinition extends FunctionDefinition {
  readonly environment: Readonly<Record<string, string>>;
  permissions: readonly string[];
  vpc?: false;
}

interface Cors {
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly exposedResponseHeaders: readonly string[];
  readonly maxAge: number;
}

/** API Gateway renames the header of some responses ("x-amzn-remapped-"). */
const CHALLENGE_HEADERS = ['WWW-Authenticate', 'X-Amzn-Remapped-WWW-Authenticate'];

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

  constructor({ service, classes }: Serverless) {
    this.hooks = {
      initialize: () => {
        try {
          guardRoutes(service);
          allowOrigins(service);
        } catch (error) {
          // Serverless shows a stack for every error that is not of its own class; this one is the user's.
          throw error instanceof ConfigError ? new classes.Error(error.message, 'BAD_CONFIGURATION') : error;
        }
      },
    };
  }
}

function guardRoutes({ provider, functions }: Serverless['service']): void {
  // An empty setting counts as none, and `none` by oversight would open the stage.
  const auth = provider.environment.AUTH || 'empty';
  const { AUTH } = loadAuthConfig({ ...functions.authorize.environment, AUTH: auth });
  if (AUTH === 'none' && provider.deletionProtection)
    throw new ConfigError('AUTH is none, and would open a protected stage to everybody: set it to api-key or jwt.');
  if (AUTH !== 'none') closeRoutes(functions);
  // Tokens are verified without the database, and with the issuer's keys, which a network without a way out cannot reach.
  if (AUTH === 'jwt') Object.assign(functions.authorize, { permissions: [], vpc: false });
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

function allowOrigins({ provider, custom }: Serverless['service']): void {
  const origins = custom.corsAllowOrigins.split(',').filter((origin) => origin !== '');
  for (const origin of origins)
    if (!isOrigin(origin))
      throw new ConfigError(
        `CORS_ALLOW_ORIGINS must be origins like https://shop.example, with commas between, or *; "${origin}" is none.`,
      );
  if (origins.length > 0) provider.httpApi.cors = corsFor(origins);
}

/** As a browser sends it (RFC 6454, section 6.2): no path, not even a slash. */
function isOrigin(text: string): boolean {
  return text === '*' || (URL.parse(text)?.origin === text && !text.includes('*'));
}

/** Credentials are not allowed in the sense of CORS: that is cookies, and nothing here reads one. */
function corsFor(allowedOrigins: readonly string[]): Cors {
  return {
    allowedOrigins,
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
    allowedMethods: [...new Set(ROUTES.map(({ method }) => method)), 'OPTIONS'],
    exposedResponseHeaders: ['ETag', 'Idempotency-Replayed', 'Retry-After', ...CHALLENGE_HEADERS],
    // Seconds that a browser need not ask again: two hours, the most that Chromium heeds.
    maxAge: 7_200,
  };
}
