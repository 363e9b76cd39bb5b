import { once } from 'node:events';
import { join } from 'node:path';
import { type Environment, withoutFamilies } from '../../caller-environment.ts';
import { SERVERLESS } from '../../serverless-command.ts';
import { readDeployment } from '../lambda/deployment.ts';
import { startPostgres } from '../postgres/postgres.ts';
import type { PostgresInstallation } from '../postgres/postgres-installation.ts';
import { nodeProcess } from './process/node-process.ts';
import type { Part } from './process/part.ts';
import { REPOSITORY, type StackSettings } from './settings.ts';

/**
 * Milliseconds for requests and batches in progress when the stack is stopped. Serverless Offline itself waits 5 s for
 * its connections. Together with Postgres, which stops afterwards, this stays below 10 s.
 */
const FUNCTIONS_STOP_MS = 5_500;
/** Milliseconds for a server: the queue has nothing to finish, and the Data API only rolls back open transactions. */
const SERVER_STOP_MS = 1_000;

export function postgresPart(installation: PostgresInstallation, settings: StackSettings): Part {
  const { postgresPort: port, directory } = settings;
  return { name: 'postgres', start: (signal) => startPostgres(installation, { port, directory, signal }) };
}

/** The emulator of the RDS Data API, in front of that Postgres. */
export function dataApiPart(settings: StackSettings): Part {
  return serverPart('data-api', settings, {
    DATABASE_DRIVER: 'data-api',
    DATA_API_PORT: String(settings.dataApiPort),
    POSTGRES_PORT: String(settings.postgresPort),
  });
}

export function queuePart(settings: StackSettings): Part {
  return serverPart('queue', settings, { QUEUE_PORT: String(settings.queuePort) });
}

/** The passwords of the Postgres and the messages of the queue are in the directory of the stack. */
function serverPart(name: 'data-api' | 'queue', { directory }: StackSettings, env: Environment): Part {
  return nodeProcess({
    name,
    command: [join(import.meta.dirname, `../${name}/${name}-server.ts`)],
    env: { ...withoutFamilies(process.env), ...env, LOCAL_DIR: directory },
    stopMs: SERVER_STOP_MS,
  });
}

/** Options of Serverless by name; an option that is given more than once has a list. */
export type ServerlessOptions = Readonly<Record<string, unknown>>;

/**
 * Serverless Offline with the HTTP functions.
 * @param given the user's options for `serverless offline`
 * @param onService gets the resolved serverless.yml
 */
export function apiPart(
  settings: StackSettings,
  env: Environment,
  given: ServerlessOptions = {},
  onService: (service: unknown) => void = () => undefined,
): Part {
  const options = {
    stage: 'local',
    // Not `localhost`, which is ::1 on some machines, where callers of 127.0.0.1 do not find it. The other way round
    // works.
    host: '127.0.0.1',
    httpPort: settings.apiPort,
    // Serverless Offline also offers Lambda's own API, which is not used here: any free port.
    lambdaPort: 0,
    ...given,
  };
  const host = options.host === '0.0.0.0' ? '127.0.0.1' : options.host;
  return nodeProcess({
    name: 'api',
    command: [SERVERLESS, 'api', ...commandLine(options)],
    env,
    // It checks database and queue, and loads a function, which an open port alone does not show. It needs no key.
    respondsAt: `http://${host}:${settings.apiPort}/api/v1/health`,
    onMessage: (message) => 'service' in message && onService(message.service),
    stopMs: FUNCTIONS_STOP_MS,
  });
}

/** The event source and the schedule, with their functions. @param service the resolved serverless.yml, once it is known */
export function workerPart(service: Promise<unknown>, env: Environment): Part {
  return {
    name: 'worker',
    async start(signal) {
      signal.throwIfAborted();
      const resolved = await Promise.race([service, once(signal, 'abort')]);
      signal.throwIfAborted();
      const worker = nodeProcess({
        name: 'worker',
        command: [join(import.meta.dirname, '../lambda/run-worker.ts')],
        env: { ...env, WORKER_DEPLOYMENT: JSON.stringify(readDeployment(resolved, REPOSITORY, env)) },
        stopMs: FUNCTIONS_STOP_MS,
      });
      return worker.start(signal);
    },
  };
}

function commandLine(options: ServerlessOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => {
      if (each === true) return `--${name}`;
      return each === undefined || each === null || each === false ? [] : `--${name}=${each}`;
    }),
  );
}
