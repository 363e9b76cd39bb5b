import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { relative } from 'node:path';
import { loadAuthConfig, loadConfig } from '../../../lib/config.ts';
import { migrate } from '../../../lib/database/migrate.ts';
import { withProgress } from '../../../lib/observability/progress.ts';
import { type Environment, enter } from '../../caller-environment.ts';
import { UserError } from '../../user-error.ts';
import { stopLeftOver } from '../postgres/postgres-cluster.ts';
import { installPostgres, type PostgresInstallation } from '../postgres/postgres-installation.ts';
import { embeddedAddresses, externalAddresses } from './addresses.ts';
import { readAwsSettings } from './aws-settings.ts';
import { greet, report } from './console.ts';
import { embeddedEnvironment, externalEnvironment, unusedByEmbedded, unusedByExternal } from './environment.ts';
import { waitForServices } from './external-services.ts';
import { lockDirectory } from './lock.ts';
import { apiPart, dataApiPart, postgresPart, queuePart, type ServerlessOptions, workerPart } from './parts.ts';
import { type PortUse, requireFreePorts } from './ports.ts';
import { releaseMemory } from './process/release-memory.ts';
import { readStackSettings, type StackSettings } from './settings.ts';
import { Stack } from './stack.ts';
import type { StackAddresses } from './stack-file.ts';
import { validateProcessor } from './validate-processor.ts';

/** `embedded`: with its own Postgres and queue server. `external`: with the services in the environment. */
export type Mode = 'embedded' | 'external';

/** Milliseconds for the processes of a killed stack to notice it and release their ports. */
const LEFT_BEHIND_MS = 5_000;

/**
 * Starts everything, keeps it running until the signal, and then stops everything.
 * @throws UserError or ConfigError, each with a message for the user, if it cannot start. All started parts are
 * stopped then
 * @param given the user's options for `serverless offline`
 */
export async function runStack(mode: Mode, signal: AbortSignal, given: ServerlessOptions = {}): Promise<void> {
  const started = performance.now();
  const settings = readStackSettings(process.env);
  const embedded = mode === 'embedded';
  if (!embedded && settings.dataApiPort !== undefined)
    throw new UserError(
      'DATABASE_DRIVER=data-api goes with `npm start` only, which emulates that service; leave it out.',
    );
  const api = await apiAddress(settings);
  const lock = lockDirectory(settings.directory, `a stack is running at ${api} (pid ${process.pid})`);
  let stack: Stack | undefined;
  try {
    const addresses = { ...(embedded ? embeddedAddresses(settings) : externalAddresses(settings, process.env)), api };
    const unused = embedded ? unusedByEmbedded(process.env) : unusedByExternal(addresses, process.env);
    const env = await enterEnvironment(mode, addresses);
    const config = loadConfig(env);
    loadAuthConfig(env);
    await validateProcessor(config, env, signal);
    stack = new Stack(settings.directory, addresses);
    for (const { part, line } of unused) report(part, line);
    const patienceMs = lock.leftBehind ? LEFT_BEHIND_MS : 0;
    if (embedded) await startServices(stack, settings, patienceMs, signal);
    else {
      await requireFreePorts([apiPort(settings)], patienceMs);
      await waitForServices(addresses, signal);
    }
    await bringUpToDate(mode, addresses, signal);
    report('api, worker', 'starting');
    const service = Promise.withResolvers<unknown>();
    await stack.start([apiPart(settings, env, given, service.resolve), workerPart(service.promise, env)], signal);
    stack.publish();
    greet(addresses, started, config.AUTH);
    releaseMemory();
    await aborted(signal);
  } finally {
    if (signal.aborted) console.log('\nStopping …');
    await stack?.stop();
    lock.release();
  }
}

/** If `localhost` is only ::1, the API is not reachable by that name: it listens on 127.0.0.1. */
async function apiAddress(settings: StackSettings): Promise<string> {
  const known = await lookup('localhost', { all: true }).catch(() => []);
  const host = known.some(({ address }) => address === '127.0.0.1') ? 'localhost' : '127.0.0.1';
  return `http://${host}:${settings.apiPort}/api/v1`;
}

/**
 * Makes the environment of the functions that of this process, too, so that nothing of the caller's affects what runs
 * here.
 */
export async function enterEnvironment(mode: Mode, addresses: StackAddresses): Promise<Environment> {
  enter((mode === 'embedded' ? embeddedEnvironment : externalEnvironment)(addresses, process.env));
  // Serverless does not read the region of a profile.
  if (mode === 'external') process.env.AWS_REGION = await readAwsSettings();
  return { ...process.env };
}

async function startServices(
  stack: Stack,
  settings: StackSettings,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const installation = await installPostgres(settings.directory);
  const leftOver = await withProgress(
    (line) => report('postgres', line),
    'stopping the Postgres of a stack that was killed',
    stopLeftOver(installation.dataDirectory),
  );
  if (leftOver) report('postgres', `stopped process ${leftOver}, left over from a stack that was killed`);
  const uses: PortUse[] = [
    apiPort(settings),
    { port: settings.postgresPort, purpose: 'Postgres', variable: 'POSTGRES_PORT' },
    { port: settings.queuePort, purpose: 'the queue server', variable: 'QUEUE_PORT', http: true },
    ...(settings.dataApiPort === undefined
      ? []
      : [{ port: settings.dataApiPort, purpose: 'the RDS Data API', variable: 'DATA_API_PORT', http: true }]),
  ];
  await requireFreePorts(uses, patienceMs);

  announcePostgres(installation, settings);
  await stack.start([postgresPart(installation, settings)], signal);
  if (settings.dataApiPort !== undefined) {
    report('data-api', 'starting an emulator of the RDS Data API in front of it');
    await stack.start([dataApiPart(settings)], signal);
  }
  report('queue', `starting an SQS server, data in ${shown(settings.directory)}/queue`);
  await stack.start([queuePart(settings)], signal);
}

function announcePostgres({ version, dataDirectory, user }: PostgresInstallation, settings: StackSettings): void {
  report(
    'postgres',
    `starting ${version}, data in ${shown(dataDirectory)}, log in ${shown(settings.directory)}/postgres.log`,
  );
  if (!dataDirectory.startsWith(settings.directory))
    report(
      'postgres',
      `(not in ${shown(settings.directory)}: Postgres refuses to run as root, and user ${user?.uid} cannot enter that directory)`,
    );
}

export function apiPort({ apiPort: port }: StackSettings): PortUse {
  return { port, purpose: 'the HTTP API', variable: 'PORT', http: true };
}

async function bringUpToDate(mode: Mode, { postgres }: StackAddresses, signal: AbortSignal): Promise<void> {
  // Only this stack uses the embedded Postgres, so no older code runs; an external one may have other users.
  const deployed = mode === 'embedded' ? Number.POSITIVE_INFINITY : 0;
  const print = (line: string) => report('migrations', line);
  const migrating = migrate({ DATABASE_URL: postgres }, print, { deployed }).catch((error: Error) => {
    throw new UserError(`The database could not be brought up to date: ${error.message}`);
  });
  await Promise.race([migrating, aborted(signal)]);
  signal.throwIfAborted();
}

function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
