import * as z from 'zod';
import { secondsOfRate } from '../rate.ts';
import { maxConnections } from './max-connections.ts';
import type { Value } from './template.ts';

/** The argument that Serverless passes to a JavaScript file that serverless.yml includes. */
export interface Resolvers {
  /** A part of serverless.yml, resolved. */
  resolveConfigurationProperty(path: readonly string[]): Promise<unknown>;
  /** The value of a variable, written as in serverless.yml without `${}`. */
  resolveVariable(variable: string): Promise<unknown>;
}

/** The resources of a stage to monitor, and the thresholds of its alarms. */
export type Stage = NonNullable<Awaited<ReturnType<typeof readStage>>>;

const parameters = z.object({
  watched: z.boolean('must be true or false'),
  /** In seconds. */
  sweepRate: z.string().transform(secondsOfRate).pipe(z.number('must be a rate, such as rate(1 minute)')),
  metricsNamespace: z.string(),
  alarmEmail: z.union([z.literal(''), z.email('must be an email address')]),
  alarmWaitSeconds: z.coerce.number().int().min(1),
  apiRateLimit: z.coerce.number().int().min(1),
  monthlyBudget: z.union([
    z.literal('').transform(() => undefined),
    z.coerce.number('must be dollars per month').positive(),
  ]),
  alarmLatencyMs: z.coerce.number().int().min(1),
  databaseMinCapacity: z.coerce.number(),
  databaseMaxCapacity: z.coerce.number(),
  // For an existing database. Coercion alone would turn the empty text into 0.
  databaseMaxConnections: z.union([z.literal('').transform(() => undefined), z.coerce.number().int().min(1)]),
});

/**
 * Undefined for a stage that is not watched.
 * @throws Error that names an invalid parameter
 */
export async function readStage(resolvers: Resolvers) {
  const { resolveConfigurationProperty: property, resolveVariable: variable } = resolvers;
  const names = Object.keys(parameters.shape);
  const values = await Promise.all(names.map((name) => variable(`param:${name}`)));
  const parsed = parameters.safeParse(Object.fromEntries(names.map((name, index) => [name, values[index]])));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `params.${path.join('.')} ${message}`);
    // If there is a stack, Serverless would show it instead of the message.
    throw Object.assign(new Error(problems.join('; ')), { stack: undefined });
  }
  const given = parsed.data;
  if (!given.watched) return undefined;

  const queue = (await property(['custom', 'queue'])) as { name: Value; deadLetterName: Value };
  const database = (await property(['custom', 'database'])) as { cluster?: Value; proxy?: Value };
  return {
    ...given,
    /** orders-prod */
    name: `${await variable('self:service')}-${await variable('sls:stage')}`,
    /** The names in serverless.yml. */
    functions: Object.keys((await property(['functions'])) as object),
    queue: queue.name,
    deadLetterQueue: queue.deadLetterName,
    /** The id of the database cluster; undefined for an existing cluster whose id is not known. */
    cluster: database.cluster || undefined,
    /** The name of the stage's own RDS Proxy, if it has one. */
    proxy: database.proxy,
    /** The most connections that the database allows. */
    maxConnections:
      given.databaseMaxConnections ??
      maxConnections({ min: given.databaseMinCapacity, max: given.databaseMaxCapacity }),
  };
}
