import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** A setting that is missing or out of bounds. The message names each, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const wholeNumber = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, `must be a whole number from ${lowest} to ${highest}`);

const integer = (lowest: number, highest: number, byDefault: number) => wholeNumber(lowest, highest).default(byDefault);

const PROCESSOR_RULE =
  'must be simulated, webhook, or the path of a module that begins with ./, ../ or /, such as ./processors/charge-card.ts';

const isProcessor = (value: string) =>
  value === 'simulated' || value === 'webhook' || /^\.\.?\//.test(value) || isAbsolute(value);

const PRIVATE_URL_RULE =
  'must be a URL that begins with https:// and names no user (http:// only for localhost, 127.0.0.1 and [::1])';

/** Plain HTTP stays on this machine: orders must not be read on their way, nor an issuer's keys be changed. */
function isPrivateUrl(value: string): boolean {
  const url = URL.parse(value);
  if (!url || url.username || url.password) return false;
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

const WEBHOOK_SECRET_RULE =
  'must be whsec_ and the base64 of 24 to 64 random bytes; while one is replaced, the new and the old, with a space between';

/** Signing keys as Standard Webhooks 1.0.0 writes them ("Signature scheme"), or undefined when one is none. */
export function readSigningKeys(value: string): readonly Buffer[] | undefined {
  const keys = value.split(' ').map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    // Written again it must be the same: Node skips what is not base64.
    const isWhole = secret === `whsec_${key.toString('base64')}`;
    return isWhole && key.length >= 24 && key.length <= 64 ? key : undefined;
  });
  return keys.length <= 2 && keys.every((key) => key !== undefined) ? keys : undefined;
}

const arn = (service: string, what: string) => {
  const rule = `must be set, to the ARN of ${what}: arn:aws:${service}:…`;
  // Any length: the RDS Data API's reference allows 100 characters, and the service takes the secrets that RDS manages,
  // whose ARNs have more.
  return z.string(rule).regex(new RegExp(`^arn:[a-z-]+:${service}:`), rule);
};

// Milliseconds. Below the 5 s after which clients of this API give up, with a retry in it.
const DATABASE_TIMEOUT_MS = integer(100, 30_000, 2_000);

/** Settings of which only those are asked for that belong to the chosen driver. */
const pgSettings = z.object({
  DATABASE_DRIVER: z.literal('pg'),
  DATABASE_URL: z
    .string('must be set, to a URL like postgres://user:password@host:5432/orders_db')
    .regex(/^postgres(ql)?:\/\//, 'must be a URL like postgres://user:password@host:5432/orders_db'),
  // `iam` has a token of IAM for each connection instead of the URL's password, and TLS with it.
  DATABASE_AUTH: z.enum(['password', 'iam'], 'must be password or iam').default('password'),
  // Connections of one container. A Lambda container serves one request at a time and needs no more than two.
  DATABASE_POOL_SIZE: integer(1, 50, 2),
  DATABASE_TIMEOUT_MS,
});

const dataApiSettings = z.object({
  DATABASE_DRIVER: z.literal('data-api'),
  DATABASE_RESOURCE_ARN: arn('rds', 'the Aurora cluster'),
  DATABASE_SECRET_ARN: arn('secretsmanager', "the secret with the database user's name and password"),
  DATABASE_NAME: z.string('must be set, to the name of the database, such as orders_db').max(64),
  DATABASE_TIMEOUT_MS,
});

const byDriver = { error: 'must be pg or data-api' };
const databaseSettings = z.discriminatedUnion('DATABASE_DRIVER', [pgSettings, dataApiSettings], byDriver);

export type DatabaseConfig = Readonly<z.infer<typeof databaseSettings>>;

const AUTH_RULE = 'must be none, api-key or jwt';

const LOG_LEVEL = z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be one of DEBUG, INFO, WARN, ERROR').default('INFO');

/** Of the authorizer (docs/authentication.md); each way of telling callers asks only for its own. */
const tokenSettings = z.object({
  AUTH: z.literal('jwt'),
  LOG_LEVEL,
  JWT_ISSUER: z.string('must be set, to the issuer of the tokens, as their iss claim has it'),
  JWT_AUDIENCE: z.string('must be set, to the audience of the tokens, as their aud claim has it'),
  JWT_JWKS_URL: z
    .string("must be set, to the address of the issuer's keys: the jwks_uri of its OpenID configuration")
    .refine(isPrivateUrl, PRIVATE_URL_RULE),
  // What the issuer puts before our scopes; Amazon Cognito writes `<resource server>/orders:read`.
  JWT_SCOPE_PREFIX: z.string().default(''),
});
const authSettings = z.discriminatedUnion(
  'AUTH',
  [
    z.object({ AUTH: z.literal('none'), LOG_LEVEL }),
    z.object({ AUTH: z.literal('api-key'), LOG_LEVEL }),
    tokenSettings,
  ],
  { error: AUTH_RULE },
);

export type AuthConfig = Readonly<z.infer<typeof authSettings>>;

/** Every other setting of the functions: its unit, bounds and default. README's table says what each is for. */
const otherSettings = {
  QUEUE_URL: z.url('must be set, to the URL of the order queue'),
  // Only looking at dead letters needs it.
  DEAD_LETTER_QUEUE_URL: z.url('must be the URL of the dead-letter queue').optional(),
  // Milliseconds. A 202 does not depend on the send, so it may not delay it much.
  QUEUE_SEND_TIMEOUT_MS: integer(50, 10_000, 1_000),
  // Seconds until the sweep looks for an order whose message may be lost.
  RESEND_AFTER_SECONDS: integer(1, 900, 60),
  // What processing an order does (docs/processors.md). A path is relative to the working directory.
  PROCESSOR: z.string().refine(isProcessor, PROCESSOR_RULE).default('simulated'),
  // Milliseconds of simulated work an order. The bound leaves time for claim and verdicts in the deployed 60 s.
  PROCESSING_DELAY_MS: integer(0, 55_000, 2_000),
  // Where the webhook processor posts orders. It and the secret have no default, and nothing else needs them.
  WEBHOOK_URL: z.string().refine(isPrivateUrl, PRIVATE_URL_RULE).optional(),
  WEBHOOK_SECRET: z
    .string()
    .transform((value, context) => {
      const keys = readSigningKeys(value);
      if (keys) return keys;
      context.addIssue(WEBHOOK_SECRET_RULE);
      return z.NEVER;
    })
    .optional(),
  // In its place: where it is kept. Deployed functions read it there, since whoever may look at one sees its environment.
  WEBHOOK_SECRET_ARN: arn('secretsmanager', 'the secret whose text is the signing key').optional(),
  // Milliseconds until an answer must begin. 15 s of the local function, or 60 s of the deployed one for the bound, less
  // 2 s for the claim, 1 s for the rest of the answer and 2 s for the verdicts. The end of the invocation would come
  // first otherwise, and have the tries count as `timed_out`.
  WEBHOOK_TIMEOUT_MS: integer(100, 55_000, 10_000),
  // Failures that an order's processor may report before the order is Failed.
  MAX_ATTEMPTS: integer(1, 100, 5),
  // Workers that an order may lose before it is Failed.
  MAX_CRASHES: integer(1, 100, 5),
  // Times that one Failed order may be redriven.
  MAX_REDRIVES: integer(0, 100, 10),
  // Milliseconds before the second try; doubles with each, with full jitter.
  RETRY_BASE_MS: integer(1, 600_000, 1_000),
  // Milliseconds between two tries at most. 15 minutes is as far as a message can be delayed.
  RETRY_MAX_MS: integer(1, 900_000, 900_000),
  // Seconds that an order may wait before new ones are turned away. By default none is, however old the backlog.
  MAX_PENDING_AGE_SECONDS: wholeNumber(1, 86_400).optional(),
  // How callers are told apart. With anything but `none`, the HTTP functions refuse what no authorizer has let in.
  AUTH: z.enum(['none', 'api-key', 'jwt'], AUTH_RULE),
  LOG_LEVEL,
  // Where the sweep's figures go to in CloudWatch. By default there are none, as on a laptop.
  METRICS_NAMESPACE: z
    .string()
    .regex(/^[\w./#-]{1,255}$/, 'must be a namespace of CloudWatch, such as orders-prod')
    .optional(),
};

const members = [pgSettings.extend(otherSettings), dataApiSettings.extend(otherSettings)] as const;
const settings = z.discriminatedUnion('DATABASE_DRIVER', members, byDriver);
const names: ReadonlySet<string> = new Set([...members, tokenSettings].flatMap(({ shape }) => Object.keys(shape)));

export type Config = Readonly<z.infer<typeof settings>>;

/**
 * Beginnings that only our settings have: a variable that starts so and is none of them is a misspelling. Not PROCESSOR,
 * since Windows sets PROCESSOR_LEVEL and others.
 */
const OUR_PREFIXES = [
  'PROCESSING_',
  'RETRY_',
  'RESEND_',
  'MAX_ATTEMPTS',
  'MAX_CRASHES',
  'MAX_PENDING',
  'MAX_REDRIVES',
  'DATABASE_AUTH',
  'DATABASE_DRIV',
  'DATABASE_POOL',
  'DATABASE_RESOURCE',
  'DATABASE_SECRET',
  'DATABASE_TIME',
  'QUEUE_SEND',
  'DEAD_LETTER',
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
  'WEBHOOK_TIME',
  'METRICS_',
  'JWT_ISS',
  'JWT_AUD',
  'JWT_JWKS',
  'JWT_SCOPE',
];

/**
 * The settings of the functions from environment variables; an empty variable counts as not set.
 * @throws ConfigError naming every wrong variable and the values it may have.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parse(settings, env);
}

/** Only what a command needs that works on the database alone. */
export function loadDatabaseConfig(env: NodeJS.ProcessEnv): DatabaseConfig {
  return parse(databaseSettings, env);
}

/** What the authorizer needs, and the database with AUTH=api-key. */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  return parse(authSettings, env);
}

function parse<Settings>(schema: z.ZodType<Settings>, env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse({ DATABASE_DRIVER: 'pg', AUTH: 'none', ...given });
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)),
    ...Object.keys(given)
      .filter((name) => !names.has(name) && OUR_PREFIXES.some((prefix) => name.startsWith(prefix)))
      .map((name) => `${name} is no setting of this service (misspelt?)`),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(`Bad configuration: ${problems.join('; ')}`);
  return parsed.data;
}
