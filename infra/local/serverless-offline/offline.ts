import { enter } from '../../caller-environment.ts';
import { UserError } from '../../user-error.ts';
import { attachToStack } from '../stack/attach.ts';
import { DirectoryInUse } from '../stack/lock.ts';
import type { ServerlessOptions } from '../stack/parts.ts';
import { runStack } from '../stack/run-stack.ts';
import { readStackSettings } from '../stack/settings.ts';
import { readStackFile } from '../stack/stack-file.ts';

/** Options that move the API from where the stack expects it. */
const REFUSED_OPTIONS = ['prefix', 'httpsProtocol'];

/**
 * `serverless offline`: like `npm start`, unless the environment names other services, or a stack runs already.
 * @throws UserError, ConfigError as runStack does
 */
export async function runOffline(options: ServerlessOptions, signal: AbortSignal): Promise<void> {
  const { stage = 'local', ...given } = options;
  if (stage !== 'local') throw new UserError('serverless offline runs the stage local: leave out --stage.');
  for (const name of REFUSED_OPTIONS) if (given[name]) throw new UserError(`--${name} is not supported: leave it out.`);
  if (given.httpPort) process.env.PORT = String(given.httpPort);
  if (namesServices(process.env)) return runStack('external', signal, given);
  const callers = { ...process.env };
  try {
    await runStack('embedded', signal, given);
  } catch (error) {
    const stack = error instanceof DirectoryInUse && readStackFile(readStackSettings(process.env).directory);
    if (!stack) throw error;
    enter(callers);
    await attachToStack(stack, given, signal);
  }
}

/** @throws UserError if only one of database and queue is given: the other one would belong to a different system */
function namesServices({ DATABASE_URL, QUEUE_URL, AWS_ENDPOINT_URL_SQS }: NodeJS.ProcessEnv): boolean {
  const queue = QUEUE_URL || AWS_ENDPOINT_URL_SQS;
  if (DATABASE_URL && !queue)
    throw new UserError('DATABASE_URL is set, but no queue: also set QUEUE_URL or AWS_ENDPOINT_URL_SQS, or unset it.');
  if (!DATABASE_URL && queue)
    throw new UserError(
      'QUEUE_URL or AWS_ENDPOINT_URL_SQS is set, but no database: also set DATABASE_URL, or unset it.',
    );
  return Boolean(DATABASE_URL);
}
