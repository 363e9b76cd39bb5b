import { loadAuthConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';
import { ROUTES } from '../../lib/routes.ts';
import { PUBLIC } from '../deploy/public-routes.ts';

type HttpApi = string | { readonly method: string; readonly path: string; readonly authorizer?: object };

interface FunctionDefinition {
  readonly events: { httpApi?: HttpApi }[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Serverless {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly provider: {
      readonly environment: { readonly AUTH: string };
      readonly deletionProtection?: boolean;
      readonly httpApi: { cors?: object };
    };
    readonly functions: Readonly<Record<string, FunctionDefinition>> & { readonly authorize: FunctionDefinition };
    readonly custom: { readonly corsAllowOrigins: string };
  };
}

/** API Gateway renames some response headers ("x-amzn-remapped-"). */
const CHALLENGE_HEADERS = ['WWW-Authenticate', 'X-Amzn-Remapped-WWW-Authenticate'];

/** The authorizer in provider.httpApi.authorizers. Serverless Offline needs its type as well. */
const AUTHORIZER = { name: 'callers', type: 'request' };

/**
 * Adds the authorizer to every route that the table of routes does not mark as public, unless AUTH is none, and allows
 * the origins of CORS_ALLOW_ORIGINS. It is a plugin so that routes are protected by default: a new route gets the
 * authorizer without a line in serverless.yml, and the authorizer rejects requests for a route that is not in the table.
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
          // Serverless prints a stack for every error that is not of its own class, and this error is for the user.
          throw error instanceof ConfigError ? new classes.Error(error.message, 'BAD_CONFIGURATION') : error;
        }
      },
    };
  }
}

function guardRoutes({ provider, functions }: Serverless['service']): void {
  // An empty setting counts as not set, so that it cannot open the stage by mistake.
  const auth = provider.environment.AUTH || 'empty';
  const { AUTH } = loadAuthConfig({ ...functions.authorize.environment, AUTH: auth });
  if (AUTH === 'none' && provider.deletionProtection)
    throw new ConfigError('AUTH=none would open a protected stage to everybody. Set AUTH to api-key or jwt.');
  if (AUTH !== 'none') closeRoutes(functions);
  // Verifying tokens needs the issuer's keys, which are unreachable from a network without Internet access, and not the database.
  if (AUTH === 'jwt') Object.assign(functions.authorize, { permissions: [], vpc: false });
}

function closeRoutes(functions: Serverless['service']['functions']): void {
  for (const event of Object.values(functions).flatMap(({ events }) => events)) {
    const { httpApi } = event;
    if (httpApi === undefined) continue;
    const [verb = '', path = ''] = typeof httpApi === 'string' ? httpApi.split(' ') : [httpApi.method, httpApi.path];
    const method = verb.toUpperCase();
    if (!PUBLIC.has(`${method} ${path}`)) event.httpApi = { method, path, authorizer: AUTHORIZER };
  }
}

function allowOrigins({ provider, custom }: Serverless['service']): void {
  const allowedOrigins = custom.corsAllowOrigins.split(',').filter((origin) => origin !== '');
  const wrong = allowedOrigins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined)
    throw new ConfigError(
      `CORS_ALLOW_ORIGINS must be * or comma-separated origins like https://shop.example; "${wrong}" is not an origin.`,
    );
  if (allowedOrigins.length === 0) return;
  // Does not allow credentials in the sense of CORS, which are cookies: the API does not use cookies.
  provider.httpApi.cors = {
    allowedOrigins,
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
    allowedMethods: [...new Set(ROUTES.map(({ method }) => method)), 'OPTIONS'],
    exposedResponseHeaders: ['ETag', 'Idempotency-Replayed', 'Retry-After', ...CHALLENGE_HEADERS],
    // Seconds for which a browser caches the response: two hours, the most that Chromium supports.
    maxAge: 7_200,
  };
}

/** The form that a browser sends (RFC 6454, section 6.2): without a path, not even a slash. */
function isOrigin(text: string): boolean {
  return text === '*' || (URL.parse(text)?.origin === text && !text.includes('*'));
}
