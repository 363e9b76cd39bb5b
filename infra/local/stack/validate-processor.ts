import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Config } from '../../../lib/config.ts';
import { withProgress } from '../../../lib/observability/progress.ts';
import type { Environment } from '../../caller-environment.ts';
import { UserError } from '../../user-error.ts';
import { report } from './console.ts';
import { endOf } from './process/part.ts';
import { REPOSITORY } from './settings.ts';

/** The time of a batch on this machine in milliseconds: processTimeout of the stage `local` (a test compares them). */
export const BATCH_MS = 15_000;

/** The part of it that is not for the processor: for the claim and the outcomes (lib/config.ts, WEBHOOK_TIMEOUT_MS). */
const APART_MS = 5_000;

/** Milliseconds for loading it: as many as the worker allows for a handler. */
const LOAD_MS = 30_000;

/**
 * Validates PROCESSOR and its settings before anything is started, so that errors do not first appear with the first
 * batch.
 * @throws UserError that describes the problem
 */
export async function validateProcessor(config: Config, env: Environment, signal: AbortSignal): Promise<void> {
  validateTime(config);
  if (config.PROCESSOR === 'simulated') return;
  const child = fork(join(import.meta.dirname, 'try-processor.ts'), {
    cwd: REPOSITORY,
    env,
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('process/die-with-parent.ts', import.meta.url).href}`,
    ],
    // Its output is discarded, because it is printed again in the worker.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    signal,
    timeout: LOAD_MS,
    killSignal: 'SIGKILL',
  });
  const ended = endOf(child).then(
    (how) => `PROCESSOR is ${config.PROCESSOR}, which could not be loaded: its process ${how}.`,
  );
  const reported = once(child, 'message').then(([{ problem }]): string | undefined => problem);
  const problem = await withProgress(
    (line) => report('processor', line),
    `loading ${config.PROCESSOR}`,
    Promise.race([reported, ended]),
  );
  child.kill('SIGKILL');
  if (problem !== undefined) throw new UserError(problem);
}

function validateTime(config: Config): void {
  const name = config.PROCESSOR === 'webhook' ? 'WEBHOOK_TIMEOUT_MS' : 'PROCESSING_DELAY_MS';
  const most = BATCH_MS - APART_MS;
  if (config[name] > most)
    throw new UserError(
      `${name} must be at most ${most} on this machine, where a batch has ${BATCH_MS / 1000} s ` +
        `and ${APART_MS / 1000} of them are for the claim and the outcomes; it is ${config[name]}.`,
    );
}
