import { z } from 'zod';
import { maxConnections } from './max-connections.ts';
import type { Value } from './template.ts';

/** What Serverless gives a JavaScript file that serverless.yml includes. */
export interface Resolvers {
  /** A part of serverless.yml, resolved. */
  resolveConfigurationProperty(path: readonly string[]): Promise<unknown>;
  /** The value of a variable, written as in serverless.yml without `${}`. */
  resolveVariable(variable: string): Promise<unknown>;
}

/** What there is to watch in a stage, and when somebody is to be told. */
export interface Stage {
  /** orders-prod */
  readonly name: string;
  /** As serverless.yml calls them. */
  readonly functions: readonly string[];
  /** Names. */
  readonly queue: Value;
  readonly deadLetterQueue: Value;
  /** The id of the database's cluster; undefined for an existing one of which it is not known. */
  readonly cluster: Value | undefined;
  /** Connections that the database takes. */
  readonly maxConnections: number;
  /** Seconds between two sweeps. */
  readonly sweepSeconds: number;
  /** Namespace of what the sweep publishes. */
  readonly metrics: string;
  /** Who gets a mail; '' for nobody. */
  readonly email: string;
  /** Seconds that an order may wait. */
  readonly waitSeconds: number;
  /** Requests a second that the API takes. */
  readonly requestRate: number;
  /** Dollars a month; undefined for no budget. */
  readonly budget: number | undefined;
  /** Milliseconds that 99 of 100 requests may take. */
  readonly latencyMs: number;
}

const UNIT_SECONDS = { minute: 60, hour: 3_600, day: 86_400 };

/** A rate of EventBridge in seconds ("Setting a schedule pattern for scheduled rules"). */
const rate = z
  .string()
  .regex(/^rate\(\d+ (minute|hour|day)s?\)$/, 'must be a rate, such as rate(1 minute)')
  .transform((text) => {
    const [, count, unit] = /(\d+) (minute|hour|day)/.exec(text) as unknown as [
      string,
      string,
      keyof typeof UNIT_SECONDS,
    ];
    return Number(count) * UNIT_SECONDS[unit];
  });

const parameters = z.object({
  watched: z.boolean('must be true or false'),
  sweepRate: rate,
  metricsNamespace: z.string(),
  alarmEmail: z.union([z.literal(''), z.email('must be an address')]),
  alarmWaitSeconds: z.coerce.number().int().min(1),
  apiRateLimit: z.coerce.number().int().min(1),
  monthlyBudget: z.union([
    z.literal('').transform(() => undefined),
    z.coerce.number('must be dollars a month').positive(),
  ]),
  alarmLatencyMs: z.coerce.number().int().min(1),
  databaseMinCapacity: z.coerce.number(),
  databaseMaxCapacity: z.coerce.number(),
  // Of a database that is there already. Coercion alone would take the empty text for 0.
  databaseMaxConnections: z.union([z.literal('').transform(() => undefined), z.coerce.number().int().min(1)]),
});

/**
 * Undefined for a stage that is not watched.
 * @throws Error naming a parameter that is not what it has to be
 */
export async function readStage(resolvers: Resolvers): Promise<Stage | undefined> {
  const { resolveConfigurationProperty: property, resolveVariable: variable } = resolvers;
  const names = Object.keys(parameters.shape);
  const values = await Promise.all(names.map((name) => variable(`param:${name}`)));
  const parsed = parameters.safeParse(Object.fromEntries(names.map((name, place) => [name, values[place]])));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `params.${path.join('.')} ${message}`);
    // Serverless would show the stack, where there is one, instead of the line that helps.
    throw Object.assign(new Error(problems.join('; ')), { stack: undefined });
  }
  const given = parsed.data;
  if (!given.watched) return undefined;

  const functions = (await property(['functions'])) as object;
  const queue = (await property(['custom', 'queue'])) as { name: Value; deadLetterName: Value };
  const database = (await property(['custom', 'database'])) as { cluster?: Value };
  return {
    name: `${await variable('self:service')}-${await variable('sls:stage')}`,
    functions: Object.keys(functions),
    queue: queue.name,
    deadLetterQueue: queue.deadLetterName,
    cluster: database.cluster || undefined,
    maxConnections:
      given.databaseMaxConnections ??
      maxConnections({ min: given.databaseMinCapacity, max: given.databaseMaxCapacity }),
    sweepSeconds: given.sweepRate,
    metrics: given.metricsNamespace,
    email: given.alarmEmail,
    waitSeconds: given.alarmWaitSeconds,
    requestRate: given.apiRateLimit,
    budget: given.monthlyBudget,
    latencyMs: given.alarmLatencyMs,
  };
}
