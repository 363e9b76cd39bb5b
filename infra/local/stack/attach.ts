import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../../lib/config.ts';
import { UserError } from '../../user-error.ts';
import { greet, report } from './console.ts';
import { apiPart, type ServerlessOptions } from './parts.ts';
import { requireFreePorts } from './ports.ts';
import { isRunning } from './process/is-running.ts';
import { type SupervisedPart, supervise } from './process/supervisor.ts';
import { aborted, apiPort, enterEnvironment } from './run-stack.ts';
import { readStackSettings } from './settings.ts';
import type { StackFile } from './stack-file.ts';

/** Milliseconds between two checks that the stack still runs. */
const POLL_MS = 500;

/**
 * Serves the API on the database and the queue of a stack that another process runs, until the signal or the end of
 * that stack. On the port where that stack already serves the API, there is nothing to start.
 */
export async function attachToStack(stack: StackFile, given: ServerlessOptions, signal: AbortSignal): Promise<void> {
  const supervisor = stack.processes.supervisor as number;
  const settings = readStackSettings(process.env);
  const addresses = { ...stack, api: `http://localhost:${settings.apiPort}/api/v1` };
  let api: SupervisedPart | undefined;
  if (addresses.api === stack.api)
    console.log(`The running stack (process ${supervisor}) serves ${stack.api}. For a second API, pass --httpPort.`);
  else {
    const started = performance.now();
    await requireFreePorts([apiPort(settings)], 0);
    const env = await enterEnvironment(stack.external ? 'external' : 'embedded', addresses);
    const { AUTH: auth } = loadConfig(env);
    report('api', `starting on the database and the queue of the running stack (process ${supervisor})`);
    api = await supervise(apiPart(settings, env, given), { report, started: () => undefined }, signal);
    greet(addresses, started, auth);
  }
  try {
    await Promise.race([aborted(signal), endOfStack(supervisor, signal)]);
  } finally {
    await api?.stop();
  }
}

async function endOfStack(supervisor: number, signal: AbortSignal): Promise<never> {
  while (isRunning(supervisor)) await delay(POLL_MS, undefined, { signal });
  throw new UserError('The stack that this command used has ended.');
}
