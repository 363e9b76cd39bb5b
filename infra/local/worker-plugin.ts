import { constants, setPriority } from 'node:os';
import { StackError } from './stack-error.ts';

/** What a plugin needs to know of the Serverless instance. The service is checked where it is read. */
interface Serverless {
  readonly service: unknown;
  readonly serviceDir: string;
}

/**
 * Milliseconds after which a stop is over in any case. The worker's own bounds are shorter; this one is for a queue
 * server that hangs meanwhile. Ctrl-C has 10 s.
 */
const STOP_LIMIT_MS = 9_500;

const log = {
  info: (line: string) => console.log(`worker: ${line}`),
  error: (line: string) => console.error(`worker: ${line}`),
};

/**
 * `serverless worker`: runs the functions with `sqs` and `schedule` events on this machine, as Lambda would, with the
 * queues of `resources`. It reads them from the resolved serverless.yml, so a laptop runs what is deployed.
 * `custom.worker.everySeconds.<function>` replaces a schedule's rate, since EventBridge knows none under a minute.
 */
export default class WorkerPlugin {
  readonly commands = {
    worker: {
      usage: 'Run the queue and schedule functions on this machine',
      lifecycleEvents: ['run'],
    },
  };
  readonly hooks: Record<string, () => Promise<void>>;

  constructor(serverless: Serverless) {
    this.hooks = { 'worker:run': () => run(serverless) };
  }
}

async function run({ service, serviceDir }: Serverless): Promise<never> {
  // On one machine requests come first: a backlog can wait, and whoever asks cannot. The environments inherit it.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const stopping = new AbortController();
  // Not once: Ctrl-C in a terminal and a supervisor may both tell us, and the second word must not cut the first short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  process.on('disconnect', () => stopping.abort());
  try {
    await runUntil(stopping.signal, service, serviceDir);
  } catch (error) {
    if (!stopping.signal.aborted) {
      log.error(error instanceof StackError ? error.message : String((error as Error).stack));
      process.exit(1);
    }
  }
  // Serverless would wait for the channel to our parent.
  process.exit(0);
}

async function runUntil(signal: AbortSignal, service: unknown, directory: string): Promise<void> {
  if (!process.env.AWS_ENDPOINT_URL_SQS)
    throw new StackError(
      'AWS_ENDPOINT_URL_SQS is not set. `npm start` runs a queue server and this worker; ' +
        'by hand, give it the address of one, such as http://localhost:9324.',
    );
  // Imported here, since Serverless loads its plugins for every command.
  const { readDeployment } = await import('./worker/deployment.ts');
  const { startWorker } = await import('./worker/worker.ts');

  const worker = await startWorker(readDeployment(service, directory), log, signal);
  log.info('ready.');
  process.send?.({ ready: true });
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await worker.stop();
}
