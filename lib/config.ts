import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { ConfigError } from './errors.ts';
import { arn, databaseUrl, integer, privateUrl, settingDocs, signingKeys, wholeNumber } from './setting-kinds.ts';

/** API Gateway waits 30 s for a function: 4 s of them are for the first and the last statements, and 1 s for network latency. */
export const LONGEST_WAIT_SECONDS = 25;

const PROCESSOR_RULE =
  'must be simulated, webhook, or the path of a module that begins with ./, ../ or /, such as ./processors/charge-card.ts';

const isProcessor = (value: string) =>
  value === 'simulated' || value === 'webhook' || /^\.\.?\//.test(value) || isAbsolute(value);

// With one retry, less than the 5 s after which clients of this API give up.
const DATABASE_TIMEOUT_MS = integer(100, 30_000, 2_000, {
  unit: 'ms',
  purpose: 'timeout of a statement, and of opening a connection',
});

/** Only the settings of the chosen driver are required. */
const pgSettings = z.object({
  DATABASE_DRIVER: z.literal('pg'),
  DATABASE_URL: databaseUrl(
    'the database, with the driver pg. TLS as in libpq: `?sslmode=verify-full` ([database.md](database.md#tls))',
  ),
  DATABASE_AUTH: z
    .enum(['password', 'iam'], 'must be password or iam')
    .register(settingDocs, {
      purpose: 'with the driver pg: the password in the URL, or an IAM token per connection, over TLS',
    })
    .default('password'),
  // A Lambda container serves one request at a time and needs at most two.
  DATABASE_POOL_SIZE: integer(1, 50, 2, { unit: 'connections', purpose: 'connections per container' }),
  DATABASE_TIMEOUT_MS,
});

const dataApiSettings = z.object({
  DATABASE_DRIVER: z.literal('data-api'),
  DATABASE_RESOURCE_ARN: arn('rds', 'the Aurora cluster', 'the Aurora cluster, with the driver data-api'),
  DATABASE_SECRET_ARN: arn(
    'secretsmanager',
    "the secret with the database user's name and password",
    "the secret with the database user's name and password, with the driver data-api",
  ),
  DATABASE_NAME: z.string('must be set, to the name of the database, such as orders_db').max(64).register(settingDocs, {
    allowed: 'up to 64 characters',
    purpose: 'the name of the database, with the driver data-api',
  }),
  DATABASE_TIMEOUT_MS,
});

/** The defaults of the settings that decide which others are read. */
const DEFAULTS = { DATABASE_DRIVER: 'pg', AUTH: 'none' } as const;

const byDriver = { error: 'must be pg or data-api' };
const databaseSettings = z.discriminatedUnion('DATABASE_DRIVER', [pgSettings, dataApiSettings], byDriver);

export type DatabaseConfig = Readonly<z.infer<typeof databaseSettings>>;

const AUTH_RULE = 'must be none, api-key or jwt';

const LOG_LEVEL = z
  .enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be one of DEBUG, INFO, WARN, ERROR')
  .register(settingDocs, {
    purpose: 'the least severe log entries to write. INFO writes two lines per order; no level logs customer data',
  })
  .default('INFO');

/** The settings of the authorizer (docs/authentication.md); only those of the chosen `AUTH` are required. */
const tokenSettings = z.object({
  AUTH: z.literal('jwt'),
  LOG_LEVEL,
  JWT_ISSUER: z
    .string('must be set, to the issuer of the tokens, as their iss claim has it')
    .register(settingDocs, { allowed: 'text', purpose: 'the `iss` claim of the tokens, with `AUTH=jwt`' }),
  JWT_AUDIENCE: z
    .string('must be set, to the audience of the tokens, as their aud claim has it')
    .register(settingDocs, { allowed: 'text', purpose: 'the `aud` claim of the tokens, with `AUTH=jwt`' }),
  JWT_JWKS_URL: privateUrl(
    "the issuer's public keys, with `AUTH=jwt`",
    "must be set, to the address of the issuer's keys: the jwks_uri of its OpenID configuration",
  ),
  JWT_SCOPE_PREFIX: z
    .string()
    .register(settingDocs, {
      allowed: 'text',
      purpose: 'what the issuer puts before each scope; Amazon Cognito writes `<resource server>/orders:read`',
    })
    .default(''),
});
const authSettings = z.discriminatedUnion(
  'AUTH',
  [z.object({ AUTH: z.enum(['none', 'api-key']), LOG_LEVEL }), tokenSettings],
  { error: AUTH_RULE },
);

type AuthConfig = Readonly<z.infer<typeof authSettings>>;

/** Every other setting of the functions. */
const otherSettings = {
  QUEUE_URL: z
    .url('must be set, to the URL of the order queue')
    .register(settingDocs, { allowed: 'a URL', purpose: 'the order queue' }),
  DEAD_LETTER_QUEUE_URL: z
    .url('must be the URL of the dead-letter queue')
    .register(settingDocs, {
      allowed: 'a URL',
      purpose: 'the dead-letter queue; only listing, resending and deleting dead letters need it',
    })
    .optional(),
  // A 202 does not depend on the send, so the send must not delay it much.
  QUEUE_SEND_TIMEOUT_MS: integer(50, 10_000, 1_000, {
    unit: 'ms',
    purpose: 'timeout of a send to the queue, which is as much as a send can delay a 202',
  }),
  // Not packed by default: workers of the version before cannot read such messages.
  QUEUE_MESSAGES: z
    .enum(['single', 'packed'], 'must be single or packed')
    .register(settingDocs, {
      purpose:
        'whether orders that are sent at the same time share messages, up to 100 per message ([deploy.md](deploy.md#several-orders-per-message))',
    })
    .default('single'),
  RESEND_AFTER_SECONDS: integer(1, 900, 60, {
    unit: 's',
    purpose: 'how long after the last message the sweep sends another one for an unfinished order',
  }),
  PROCESSOR: z
    .string()
    .refine(isProcessor, PROCESSOR_RULE)
    .register(settingDocs, {
      allowed: '`simulated`, `webhook`, a path',
      purpose:
        'what processing an order does ([processors.md](processors.md)). A path is relative to the working directory',
    })
    .default('simulated'),
  // As many as a batch has messages, so that a batch of messages about one order each is processed at once.
  PROCESSOR_CONCURRENCY: integer(1, 1_000, 25, {
    unit: 'orders',
    purpose: 'how many orders of one invocation are processed at a time',
  }),
  // The limit leaves time for the claim and for saving the outcomes within the deployed 60 s.
  PROCESSING_DELAY_MS: integer(0, 55_000, 2_000, {
    unit: 'ms',
    purpose:
      "simulated work per order, with `PROCESSOR=simulated`; must leave 5 s of the worker's timeout (60 s, locally 15 s)",
  }),
  WEBHOOK_URL: privateUrl('where `PROCESSOR=webhook` posts each order').optional(),
  WEBHOOK_SECRET: signingKeys('the key that signs the requests of `PROCESSOR=webhook`').optional(),
  // Deployed functions read the key from Secrets Manager, because more people can read an environment than a secret.
  WEBHOOK_SECRET_ARN: arn(
    'secretsmanager',
    'the secret whose text is the signing key',
    'the secret that contains the signing key, instead of `WEBHOOK_SECRET`',
  ).optional(),
  // The default fits the 15 s of the local function and the limit fits the 60 s of the deployed one, minus 2 s for the
  // claim, 1 s for the rest of the response and 2 s for saving the outcomes. Otherwise the invocation would end first,
  // and the attempts would count as `timed_out`.
  WEBHOOK_TIMEOUT_MS: integer(100, 55_000, 10_000, {
    unit: 'ms',
    purpose: 'timeout for the first byte of the response to a webhook',
  }),
  WEBHOOK_SIGNAL_TIMEOUT_SECONDS: integer(1, 31_622_400, 604_800, {
    unit: 's',
    purpose: 'how long an order waits for the signal `done` after a receiver of `PROCESSOR=webhook` responded with 202',
  }),
  CALLBACK_URL: privateUrl(
    'the URL of the API with which callback URLs begin; `npm start` and `npm run deploy` set it',
  ).default('http://localhost:8000/api/v1'),
  CALLBACK_SECRET: signingKeys(
    'the key that signs callback URLs; without it there are none. `npm start` has one',
  ).optional(),
  CALLBACK_SECRET_ARN: arn(
    'secretsmanager',
    'the secret whose text is the key',
    'the secret that contains this key, instead of `CALLBACK_SECRET`',
  ).optional(),
  MAX_ATTEMPTS: integer(1, 100, 5, { unit: 'failures', purpose: 'failed attempts after which an order is Failed' }),
  MAX_CRASHES: integer(1, 100, 5, { unit: 'workers', purpose: 'lost workers after which an order is Failed' }),
  MAX_REDRIVES: integer(0, 100, 10, { unit: 'redrives', purpose: 'how often one Failed order can be redriven' }),
  RETRY_BASE_MS: integer(1, 600_000, 1_000, {
    unit: 'ms',
    purpose: 'longest backoff before the first retry; doubles with each retry, with full jitter',
  }),
  // 15 minutes is the longest delay that SQS allows for a message.
  RETRY_MAX_MS: integer(1, 900_000, 900_000, { unit: 'ms', purpose: 'longest backoff before any retry' }),
  MAX_PENDING_AGE_SECONDS: wholeNumber(1, 86_400, {
    unit: 's',
    purpose:
      'once an order has waited for longer (also while processing is paused), new orders get 503 with `Retry-After`',
  }).optional(),
  // An owner's limit has to be far below the orders that a check reads (lib/orders/sql/busy-owners.ts).
  MAX_PENDING_PER_OWNER: wholeNumber(1, 10_000, {
    unit: 'orders',
    purpose:
      'the number of Pending orders at which new orders of an owner get 429 with `Retry-After`; checked every 5 s among the newest 50,000 Pending orders, so that an owner can exceed it for a moment',
  }).optional(),
  // Not by default: on Lambda each request that waits occupies an execution environment.
  MAX_WAIT_SECONDS: integer(0, LONGEST_WAIT_SECONDS, 0, {
    unit: 's',
    purpose:
      'the longest that `GET /orders/{order_id}?wait=` waits; a longer `wait` is shortened, and with 0 every response comes at once ([use-the-api.md](use-the-api.md#wait))',
  }),
  // A message is kept for at most 14 days, so none outlives its order.
  RETENTION_DAYS: wholeNumber(15, 36_500, {
    unit: 'days',
    purpose:
      'days after which finished Completed and Cancelled orders are deleted ([database.md](database.md#retention)); unset: never',
  }).optional(),
  RETENTION_FAILED_DAYS: wholeNumber(15, 36_500, {
    unit: 'days',
    purpose: 'the same for Failed orders, which can be redriven until then',
  }).optional(),
  // With any value except `none`, the HTTP functions reject requests that the authorizer has not allowed.
  AUTH: z.enum(['none', 'api-key', 'jwt'], AUTH_RULE).register(settingDocs, {
    purpose:
      'how callers are authenticated ([authentication.md](authentication.md)); a deployed stage defaults to `api-key`',
  }),
  LOG_LEVEL,
  METRICS_NAMESPACE: z
    .string()
    .regex(/^[\w./#-]{1,255}$/, 'must be a namespace of CloudWatch, such as orders-prod')
    .register(settingDocs, {
      allowed: 'up to 255 of `A-Z a-z 0-9 _ . / # -`',
      purpose: 'the CloudWatch namespace of the metrics that the sweep publishes; none are published without it',
    })
    .optional(),
};

const members = [pgSettings.extend(otherSettings), dataApiSettings.extend(otherSettings)] as const;
const settings = z.discriminatedUnion('DATABASE_DRIVER', members, byDriver);

/** Every setting of the functions by its name, in the order of docs/settings.md. */
export const SETTINGS: Readonly<Record<string, z.ZodType>> = {
  ...pgSettings.shape,
  ...dataApiSettings.shape,
  ...otherSettings,
  ...tokenSettings.shape,
  DATABASE_DRIVER: z
    .enum(['pg', 'data-api'])
    .register(settingDocs, {
      purpose: 'the PostgreSQL protocol, or the RDS Data API over HTTPS ([data-api.md](data-api.md))',
    })
    .default(DEFAULTS.DATABASE_DRIVER),
  AUTH: otherSettings.AUTH.default(DEFAULTS.AUTH),
};

export type Config = Readonly<z.infer<typeof settings>>;

/**
 * Prefixes that only this service's settings have: another variable with such a prefix is a misspelled setting.
 * PROCESSOR is not listed, because Windows sets PROCESSOR_LEVEL and others.
 */
const OUR_PREFIXES = [
  ...['PROCESSING_', 'PROCESSOR_CONC', 'RETRY_', 'RESEND_', 'RETENTION_', 'DEAD_LETTER', 'CALLBACK_', 'METRICS_'],
  ...['MAX_ATTEMPTS', 'MAX_CRASHES', 'MAX_PENDING', 'MAX_REDRIVES', 'MAX_WAIT', 'QUEUE_MESS', 'QUEUE_SEND'],
  ...['DATABASE_AUTH', 'DATABASE_DRIV', 'DATABASE_POOL', 'DATABASE_RESOURCE', 'DATABASE_SECRET', 'DATABASE_TIME'],
  ...['WEBHOOK_URL', 'WEBHOOK_SECRET', 'WEBHOOK_TIME', 'WEBHOOK_SIGNAL', 'JWT_ISS', 'JWT_AUD', 'JWT_JWKS', 'JWT_SCOPE'],
];

/**
 * The settings of the functions from environment variables; an empty variable counts as not set.
 * @throws ConfigError that lists every invalid variable and the values that it accepts
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parse(settings, env);
}

/** The settings of a command that only uses the database. */
export function loadDatabaseConfig(env: NodeJS.ProcessEnv): DatabaseConfig {
  return parse(databaseSettings, env);
}

/** The settings of the authorizer, including the database with AUTH=api-key. */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  return parse(authSettings, env);
}

function parse<Settings>(schema: z.ZodType<Settings>, env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse({ ...DEFAULTS, ...given });
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)),
    ...Object.keys(given)
      .filter((name) => !Object.hasOwn(SETTINGS, name) && OUR_PREFIXES.some((prefix) => name.startsWith(prefix)))
      .map((name) => `${name} is not a setting of this service (misspelled?)`),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(`Bad configuration: ${problems.join('; ')}`);
  return parsed.data;
}
