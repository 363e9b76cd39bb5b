import { z } from 'zod';

/** A setting that is missing or out of bounds. The message names each, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const integer = (lowest: number, highest: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, `must be a whole number from ${lowest} to ${highest}`)
    .default(byDefault);

/** Every setting of the functions: its unit, bounds and default. README's table says what each is for. */
const settings = z.object({
  DATABASE_URL: z
    .string('must be set, to a URL like postgres://user:password@host:5432/orders_db')
    .regex(/^postgres(ql)?:\/\//, 'must be a URL like postgres://user:password@host:5432/orders_db'),
  // Connections of one container. A Lambda container serves one request at a time and needs no more than two.
  DATABASE_POOL_SIZE: integer(1, 50, 2),
  // Milliseconds. Below the 5 s after which clients of this API give up, with a retry in it.
  DATABASE_TIMEOUT_MS: integer(100, 30_000, 2_000),
  QUEUE_URL: z.url('must be set, to the URL of the order queue'),
  // Milliseconds. A 202 does not depend on the send, so it may not delay it much.
  QUEUE_SEND_TIMEOUT_MS: integer(50, 10_000, 1_000),
  // Seconds until the sweep looks for an order whose message may be lost.
  RESEND_AFTER_SECONDS: integer(1, 900, 60),
  // Milliseconds of simulated work an order.
  PROCESSING_DELAY_MS: integer(0, 600_000, 2_000),
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
  LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be one of DEBUG, INFO, WARN, ERROR').default('INFO'),
});

export type Config = Readonly<z.infer<typeof settings>>;

/** Beginnings that only our settings have: a variable that starts so and is none of them is a misspelling. */
const OUR_PREFIXES = [
  'PROCESSING_',
  'RETRY_',
  'RESEND_',
  'MAX_ATTEMPTS',
  'MAX_CRASHES',
  'MAX_REDRIVES',
  'DATABASE_POOL',
  'QUEUE_SEND',
];

/**
 * The settings of the functions from environment variables; an empty variable counts as not set.
 * @throws ConfigError naming every wrong variable and the values it may have.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)),
    ...Object.keys(given)
      .filter((name) => !(name in settings.shape) && OUR_PREFIXES.some((prefix) => name.startsWith(prefix)))
      .map((name) => `${name} is no setting of this service (misspelt?)`),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(`Bad configuration: ${problems.join('; ')}`);
  return parsed.data;
}
