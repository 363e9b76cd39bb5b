import { followsQueueUrl } from '../../../lib/queue/endpoint.ts';
import { enter, withoutFamilies } from '../../caller-environment.ts';
import { UserError } from '../../user-error.ts';
import { databaseUrl } from './addresses.ts';
import { embeddedEnvironment, externalEnvironment, ONE_ENDPOINT, unusedByCommands } from './environment.ts';
import { readStackSettings } from './settings.ts';
import { readStackFile } from './stack-file.ts';

/**
 * Makes a command work on the stack in the user's environment, or on the local one if there is none: what commands
 * create (the runtime, the SDK) reads the environment of the process. Commands log in as the owner of the local database.
 * @throws UserError if there is neither
 */
export function enterStack(env: NodeJS.ProcessEnv = process.env, as: 'owner' | 'functions' = 'owner'): void {
  if (env.DATABASE_URL || env.DATABASE_RESOURCE_ARN) {
    reportUnused(env);
    // As for the local stack: the SDK rejects the combination of an endpoint and a setting for one of its variants.
    if (!followsQueueUrl(env)) Object.assign(env, ONE_ENDPOINT);
    return;
  }
  const stack = readStackFile(readStackSettings(env).directory);
  if (!stack)
    throw new UserError(
      'No stack to work on: start the local one (npm start), or set DATABASE_URL, QUEUE_URL and DEAD_LETTER_QUEUE_URL.',
    );
  enter((stack.external ? externalEnvironment : embeddedEnvironment)(stack, env), env);
  // The local Data API only logs in as the role of the functions.
  if (as === 'owner') Object.assign(env, { DATABASE_DRIVER: 'pg', DATABASE_URL: stack.postgres });
}

/**
 * The environment of a command that only uses the database, including the local one when it runs alone: this needs
 * neither a stack file nor an emulator of the RDS Data API in front of its Postgres.
 */
export function databaseEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  reportUnused(env);
  if (env.DATABASE_URL || env.DATABASE_DRIVER === 'data-api') return env;
  if (!readStackFile(readStackSettings(env).directory)?.external) enter(withoutFamilies(env), env);
  return { DATABASE_URL: databaseUrl(env) };
}

function reportUnused(env: NodeJS.ProcessEnv): void {
  for (const { line } of unusedByCommands(env)) console.error(line);
}
