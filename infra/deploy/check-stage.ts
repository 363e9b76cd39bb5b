import * as z from 'zod';
import { isRdsProxy } from '../../lib/database/pg-address.ts';
import { UserError } from '../user-error.ts';
import { capacityProblems, type Limits } from './budget.ts';
import type { Service } from './serverless.ts';
import { checkSizing } from './sizing.ts';
import { timeoutProblems } from './waits.ts';

/** The default connections of a container (lib/config.ts). */
const DEFAULT_POOL_SIZE = 2;

const RULE = 'must be a whole number above 0';
const count = z.coerce.number(RULE).int(RULE).positive(RULE);

/** `custom.limits` of serverless.yml. */
const limitsSchema = z.object({
  bundleKilobytes: count,
  lambdaConcurrency: count,
  databaseStorageType: z.enum(['aurora', 'aurora-iopt1'], 'must be aurora or aurora-iopt1'),
  // Empty if the stage creates its own database, whose connections depend on its capacity.
  databaseMaxConnections: z.union([z.literal('').transform(() => undefined), count], RULE),
});

/**
 * Runs the sizing checks on the template that CloudFormation would get, which CloudFormation itself does not do.
 * @throws UserError with each check that fails: the numbers, and what to change
 */
export function checkStage(service: Service): void {
  const template = service.provider.compiledCloudFormationTemplate;
  const refusals = [
    ...checkSizing(template).map(({ resource, message }) => `${resource}: ${message}`),
    ...capacityProblems(template, limitsOf(service)),
    ...timeoutProblems(template, service.provider.environment ?? {}),
  ];
  if (refusals.length > 0) throw new UserError(refusals.join('\n'));
}

function limitsOf({ custom, provider }: Service): Limits {
  const parsed = limitsSchema.safeParse(custom.limits);
  if (!parsed.success)
    throw new UserError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`).join('\n'));
  const { lambdaConcurrency, databaseMaxConnections: existingConnections } = parsed.data;
  const makesDatabase = provider.compiledCloudFormationTemplate.Resources?.DatabaseCluster !== undefined;
  if (!makesDatabase && existingConnections === undefined)
    throw new UserError(
      'databaseMaxConnections is not set. Set it to the max_connections of the existing database (SHOW max_connections).',
    );
  const { DATABASE_URL: url, DATABASE_POOL_SIZE, MAX_WAIT_SECONDS } = provider.environment ?? {};
  return {
    lambdaConcurrency,
    poolSize: Number(DATABASE_POOL_SIZE ?? DEFAULT_POOL_SIZE),
    existingConnections: makesDatabase ? undefined : existingConnections,
    // The address of the stage's own proxy is not known yet.
    direct: typeof url === 'string' && !isRdsProxy(url),
    waitSeconds: Number(MAX_WAIT_SECONDS ?? 0),
  };
}
