import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type PythonTool, pythonEnvironment } from '../python/python-environment.ts';
import { UserError } from '../user-error.ts';

/** Which part of LocalStack runs. */
interface Edition {
  readonly tool: PythonTool;
  /** Its settings, in addition to those that every edition needs. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Only SQS, the only service that the functions themselves use. */
const QUEUES_ONLY: Edition = {
  tool: {
    title: 'LocalStack',
    name: 'localstack',
    requirements: ['localstack-core[base-runtime]'],
    constraints: join(import.meta.dirname, 'constraints.txt'),
    takes: 'about half a minute',
  },
  settings: { SERVICES: 'sqs' },
};
const EXIT_WITH_PARENT = join(import.meta.dirname, 'exit_with_parent.py');

/**
 * Milliseconds until a start counts as failed. It takes 2 to 9 s on two quiet cores; a shared machine may be slower.
 */
const START_TIMEOUT_MS = 60_000;
/** Milliseconds between two health checks: well under the time of a start, and cheap. */
const HEALTH_INTERVAL_MS = 200;

export interface LocalStack {
  readonly endpoint: string;
  /** Its output so far. */
  log(): Promise<string>;
  /** Settles when the process has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Stops the process and removes its files. */
  stop(): Promise<void>;
}

/**
 * Runs LocalStack on this machine, without Docker, and resolves when it is healthy.
 * @param wantedPort on 127.0.0.1; 0 for any free one
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if it cannot be installed, the port is in use, or it does not become healthy
 */
export async function startLocalStack(
  wantedPort: number,
  say: (line: string) => void,
  { tool, settings }: Edition = QUEUES_ONLY,
): Promise<LocalStack> {
  const python = await pythonEnvironment(tool, say);
  const port = await freePort(wantedPort);
  const directory = await mkdtemp(join(tmpdir(), 'localstack-'));
  const logFile = join(directory, 'localstack.log');
  const log = await open(logFile, 'w');
  const child = spawn(python, ['-I', EXIT_WITH_PARENT], {
    cwd: directory,
    env: { ...environment(port, directory), ...settings },
    stdio: ['pipe', log.fd, log.fd],
    // It leads a process group, so that functions that it starts end with it.
    detached: true,
  });
  const ended = once(child, 'exit').then(() => {});
  await log.close();

  const localStack: LocalStack = {
    endpoint: `http://127.0.0.1:${port}`,
    log: () => readFile(logFile, 'utf8'),
    ended,
    async stop() {
      // It has nothing worth saving, and takes 2 s to stop gracefully.
      killGroup(child);
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
  if (await becomesHealthy(localStack.endpoint, child)) return localStack;
  const lastWords = (await readFile(logFile, 'utf8')).trim().split('\n').at(-1);
  await localStack.stop();
  throw new UserError(`LocalStack did not start on port ${port}: ${lastWords || 'it said nothing'}`);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of its processes have already ended.
  }
}

/** Checked first, because another program that listens there could pass the health check in LocalStack's place. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw new UserError(`Port ${wanted} is in use: stop what listens there first.`, { cause: error });
  });
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The whole environment of LocalStack: the caller's own LocalStack or AWS settings must not affect it. */
function environment(port: number, directory: string): NodeJS.ProcessEnv {
  const address = `127.0.0.1:${port}`;
  return {
    PATH: process.env.PATH,
    HOME: directory,
    // For Python's temporary files. TMPDIR would also work, but is an old setting of LocalStack.
    TEMP: directory,
    FILESYSTEM_ROOT: directory,
    // Inside a container too, its files belong under FILESYSTEM_ROOT instead of /var/lib.
    OVERRIDE_IN_DOCKER: '0',
    GATEWAY_LISTEN: address,
    LOCALSTACK_HOST: address,
    SQS_ENDPOINT_STRATEGY: 'path',
    SQS_DISABLE_CLOUDWATCH_METRICS: '1',
    // Nothing leaves the machine: no usage events, no certificate download, no DNS server.
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DNS_ADDRESS: '0',
  };
}

/** True if it responds before the process ends or its time is up. */
async function becomesHealthy(endpoint: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const healthy = await fetch(`${endpoint}/_localstack/health`, {
      signal: AbortSignal.timeout(START_TIMEOUT_MS),
    }).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return true;
    await delay(HEALTH_INTERVAL_MS);
  }
  return false;
}
