import { setTimeout as delay } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { migrate } from '../../lib/database/migrate.ts';
import { MigrationError } from '../../lib/database/migration-error.ts';
import { retryDatabase } from '../../lib/database/retry.ts';
import { describeError } from '../../lib/observability/describe-error.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { appPasswordAt } from './app-password.ts';
import { respondToCloudFormation } from './respond-to-cloudformation.ts';

/** The path in the package, where serverless.yml puts the migrations, relative to the working directory. */
const MIGRATIONS = 'infra/migrations';

/**
 * Milliseconds for a new cluster to accept its first connection, or for a paused one to wake up, which takes half a
 * minute.
 */
const DATABASE_START_MS = 120_000;
/** More attempts than fit into that time, because the pauses between them double. */
const DATABASE_START_ATTEMPTS = 20;

/** Milliseconds before the end of the invocation at which CloudFormation is told that the time was too short. */
const RESPONSE_MARGIN_MS = 10_000;
/** The part of that margin, in milliseconds, that is reserved for cutting off connections. */
const CUT_OFF_MS = 2_000;

const logger = createLogger('INFO');

/**
 * Migrates the database when CloudFormation creates or updates a stack, and reports the result. It must always respond,
 * because otherwise CloudFormation waits for an hour.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  // Only the stack is deleted. The database keeps its tables, or is deleted according to its own policy.
  const failure = event.RequestType === 'Delete' ? undefined : await migrateInTime(context, deployedBy(event));
  // If the function was invoked manually, nobody waits for a response to CloudFormation.
  if (event.ResponseURL === undefined && failure !== undefined) throw new Error(failure);
  if (event.ResponseURL !== undefined)
    await respondToCloudFormation(event, failure && `${failure} The log is in ${context.logGroupName}.`);
}

/**
 * The number of the newest migration that all running code knows. A deployment replaces the code of the last one that succeeded. Its
 * rollback passes the two in the other order, so the lower number counts.
 */
function deployedBy(event: CloudFormationCustomResourceEvent): number {
  if (event.RequestType !== 'Update') return 0;
  const [before = 0, after = 0] = [event.OldResourceProperties, event.ResourceProperties].map(
    (properties) => Number(properties?.Newest) || 0,
  );
  return Math.min(before, after);
}

/**
 * Undefined, or why it failed. No connection is left when it returns, because Lambda may freeze this process right
 * after the response.
 */
async function migrateInTime(context: Context, deployed: number): Promise<string | undefined> {
  const timeMs = context.getRemainingTimeInMillis() - RESPONSE_MARGIN_MS;
  const end = performance.now() + timeMs;
  const over = new AbortController();
  const ended = new AbortController();
  const timer = setTimeout(() => over.abort(), timeMs);
  // The Data API has no connections to cut off and may respond late; its service rolls back by itself.
  const cutOff = delay(timeMs + CUT_OFF_MS, undefined, { signal: ended.signal });
  try {
    await Promise.race([migrateWhenReady(deployed, () => end - performance.now(), over.signal), cutOff]);
    over.signal.throwIfAborted();
    return undefined;
  } catch (error) {
    const reason = over.signal.aborted
      ? `The migration did not finish within ${Math.round(timeMs / 1000)} s; run npm run migrate instead.`
      : reasonOf(error);
    logger.error('The database could not be migrated', { reason, error });
    return reason;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MigrationError) return `${error.message}.`;
  const { name, code, message } = describeError(error);
  return `${[name, code, message].filter((part) => part !== undefined).join(': ')}.`;
}

/**
 * Retries the whole migration if the database does not respond. This is safe: each migration is a transaction, recorded
 * in the ledger.
 */
async function migrateWhenReady(deployed: number, remainingMs: () => number, signal: AbortSignal): Promise<void> {
  const importTimeZone = process.env.IMPORT_TIME_ZONE || 'UTC';
  // A stack that returns to the previous version, because of its own failure or a rollback, finds a newer database.
  const options = { importTimeZone, folder: MIGRATIONS, acceptNewer: true, deployed, remainingMs, signal };
  const secret = process.env.DATABASE_APP_SECRET_ARN;
  const run = async () => {
    const appPassword = secret === undefined ? {} : { appPassword: await appPasswordAt(secret) };
    await migrate(process.env, (line) => logger.info(line), { ...options, ...appPassword });
  };
  await retryDatabase(run, {
    tries: DATABASE_START_ATTEMPTS,
    withinMs: Math.min(DATABASE_START_MS, remainingMs()),
    only: 'unavailable',
  });
}
