import { setTimeout as delay } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { migrate } from '../../infra/migrate.ts';
import { MigrationError } from '../../lib/database/migrations.ts';
import { retryDatabase } from '../../lib/database/retry.ts';
import { createLogger } from '../../lib/logger.ts';
import { describeError } from '../../lib/observability/describe-error.ts';
import { answerCloudFormation } from './answer-cloudformation.ts';

/** In the package, as serverless.yml puts it there, relative to the working directory. */
const MIGRATIONS = 'infra/migrations';

/** Milliseconds for a new cluster to take its first connection, or a paused one to wake up, which takes half a minute. */
const DATABASE_START_MS = 120_000;
/** More tries than fit into that: the pauses between them double. */
const DATABASE_START_TRIES = 20;

/** Milliseconds before the end of the invocation at which CloudFormation is told that it was too short. */
const ANSWER_MARGIN_MS = 10_000;

const logger = createLogger('INFO');

/**
 * Migrates the database when CloudFormation creates or updates a stack, and tells it whether that went well. It must be
 * told in any case, or it waits for an hour.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  // What is deleted is the stack. The database keeps its tables, or goes by its own policy.
  const failure = event.RequestType === 'Delete' ? undefined : await migrateInTime(context);
  await answerCloudFormation(event, failure && `${failure} The log is in ${context.logGroupName}.`);
}

/** Undefined, or why it failed. */
async function migrateInTime(context: Context): Promise<string | undefined> {
  const timeMs = context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS;
  const over = new AbortController();
  const tooLate = delay(timeMs, `Not done within ${Math.round(timeMs / 1000)} s; run npm run migrate instead.`, {
    signal: over.signal,
  });
  const done = migrateWhenReady().then(
    () => undefined,
    (error: unknown) => {
      const reason = reasonOf(error);
      logger.error('The database could not be migrated', { reason, error });
      return reason;
    },
  );
  try {
    return await Promise.race([done, tooLate]);
  } finally {
    over.abort();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MigrationError) return `${error.message}.`;
  const { name, code, message } = describeError(error);
  return `${[name, code, message].filter((part) => part !== undefined).join(': ')}.`;
}

/** As a whole once more when the database does not answer: each migration is a transaction, and the ledger knows it. */
async function migrateWhenReady(): Promise<void> {
  const importTimeZone = process.env.IMPORT_TIME_ZONE || 'UTC';
  // A newer database is what a stack finds that goes back to the version before, by its own failure or by a rollback.
  const options = { importTimeZone, folder: MIGRATIONS, acceptNewer: true };
  await retryDatabase(() => migrate(process.env, (line) => logger.info(line), options), {
    tries: DATABASE_START_TRIES,
    withinMs: DATABASE_START_MS,
    only: 'unavailable',
  });
}
