import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Config } from '../../../lib/config.ts';
import type { Environment } from '../../caller-environment.ts';
import { withProgress } from '../../progress.ts';
import { report } from './console.ts';
import { endOf } from './process/part.ts';
import { REPOSITORY } from './settings.ts';
import { StackError } from './stack-error.ts';
import type { ProcessorReport } from './try-processor.ts';

/** Milliseconds that a batch may take on this machine: processTimeout of the stage `local` (a test compares them). */
export const BATCH_MS = 15_000;

/** Milliseconds of these that are not the processor's: for the claim and the verdicts (lib/config.ts, WEBHOOK_TIMEOUT_MS). */
const APART_MS = 5_000;

/** Milliseconds that loading it may take: as many as the worker gives a handler. */
const LOAD_MS = 30_000;

/**
 * Has PROCESSOR and its settings looked at before anything is started, so that what is wrong with them does not first show
 * at the first batch.
 * @throws StackError that says what is wrong.
 */
export async function validateProcessor(config: Config, env: Environment, signal: AbortSignal): Promise<void> {
  demandTime(config);
  if (config.PROCESSOR === 'simulated') return;
  const child = fork(join(import.meta.dirname, 'try-processor.ts'), {
    cwd: REPOSITORY,
    env,
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('process/die-with-parent.ts', import.meta.url).href}`,
    ],
    // What it prints, it prints again in the worker.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    signal,
    timeout: LOAD_MS,
    killSignal: 'SIGKILL',
  });
  const ended = endOf(child).then((how) => ({
    problem: `PROCESSOR is ${config.PROCESSOR}, which could not be loaded: its process ${how}.`,
  }));
  const { problem } = await withProgress(
    (line) => report('processor', line),
    `loading ${config.PROCESSOR}`,
    Promise.race<ProcessorReport>([once(child, 'message').then(([said]) => said), ended]),
  );
  child.kill('SIGKILL');
  if (problem !== undefined) throw new StackError(problem);
}

function demandTime(config: Config): void {
  const name = config.PROCESSOR === 'webhook' ? 'WEBHOOK_TIMEOUT_MS' : 'PROCESSING_DELAY_MS';
  const most = BATCH_MS - APART_MS;
  if (config[name] > most)
    throw new StackError(
      `${name} must be at most ${most} on this machine, where a batch has ${BATCH_MS / 1000} s ` +
        `and ${APART_MS / 1000} of them are for claim and verdicts; it is ${config[name]}.`,
    );
}
