import { databaseUrl } from '../local/addresses.ts';
import { type Environment, embeddedEnvironment } from '../local/environment.ts';
import { readStackSettings } from '../local/settings.ts';
import { StackError } from '../local/stack-error.ts';
import { readStackFile } from '../local/stack-file.ts';

/**
 * The environment that a command works in: the user's own when it names a database, that of the local stack otherwise.
 * @throws StackError when there is neither.
 */
export function commandEnvironment(env: NodeJS.ProcessEnv): Environment {
  if (env.DATABASE_URL || env.DATABASE_RESOURCE_ARN) return env;
  const stack = readStackFile(readStackSettings(env).directory);
  if (stack) return embeddedEnvironment(stack, env);
  throw new StackError(
    'No stack to work on: start the local one (npm start), or set DATABASE_URL, QUEUE_URL and DEAD_LETTER_QUEUE_URL.',
  );
}

/**
 * The same for a command that works on the database alone, and also on the local one by itself: that needs no stack file,
 * and no emulator of the RDS Data API in front of its Postgres.
 */
export function databaseEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.DATABASE_URL || env.DATABASE_DRIVER === 'data-api') return env;
  return { DATABASE_URL: databaseUrl(env) };
}
