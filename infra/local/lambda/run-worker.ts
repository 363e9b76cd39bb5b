/**
 * The worker of `npm start`: runs the functions of the deployment in WORKER_DEPLOYMENT (JSON) until it is stopped. Its parent
 * has the deployment from the API's process, because loading Serverless takes 2 s and 130 MB.
 */
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { UserError } from '../../user-error.ts';
import type { Deployment } from './deployment.ts';
import { startWorker } from './worker.ts';

/**
 * Milliseconds after which a stop is over in any case. The worker's own limits are shorter; this one is for a queue
 * server that hangs during the stop. Ctrl-C has 10 s.
 */
const STOP_LIMIT_MS = 9_500;

const log = {
  info: (line: string) => console.log(`worker: ${line}`),
  error: (line: string) => console.error(`worker: ${line}`),
};

// On one machine, requests have priority: a backlog can wait, and callers cannot. The environments inherit it.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const stopping = new AbortController();
// Not `once`: Ctrl-C in a terminal and a supervisor may both send a signal, and the second one must not cut the first
// short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
process.on('disconnect', () => stopping.abort());
try {
  if (!process.env.AWS_ENDPOINT_URL_SQS)
    throw new UserError(
      'AWS_ENDPOINT_URL_SQS is not set. `npm start` runs a queue server and this worker; ' +
        'by hand, give it the address of one, such as http://localhost:9324.',
    );
  const deployment: Deployment = JSON.parse(process.env.WORKER_DEPLOYMENT ?? '');
  // Not for the functions.
  delete process.env.WORKER_DEPLOYMENT;
  const worker = await startWorker(deployment, log, stopping.signal);
  log.info('ready.');
  process.send?.({ ready: true });
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await worker.stop();
} catch (error) {
  if (!stopping.signal.aborted) {
    log.error(error instanceof UserError ? error.message : String((error as Error).stack));
    process.exit(1);
  }
}
// The channel to the parent would keep it alive.
process.exit(0);
