import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, fchmodSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withProgress } from '../../../lib/observability/progress.ts';
import { UserError } from '../../user-error.ts';
import { report } from '../stack/console.ts';
import { endOf, type RunningPart } from '../stack/process/part.ts';
import { waitUntilReady } from '../stack/process/wait-until-ready.ts';
import { causeIn, withRemedy } from '../stack/remedy.ts';
import { clusterSecret } from './access.ts';
import { binary, createCluster, spawnOptions, stopLeftOver } from './postgres-cluster.ts';
import type { PostgresInstallation } from './postgres-installation.ts';
import { asSuperuser, prepareDatabase, type Server } from './prepare-database.ts';
import { requirePassword } from './require-password.ts';

/**
 * The HTTP process and the worker have a pool each, a few tools and psql come in addition, and the tests run a pool for
 * each of several concurrent files. An unused connection costs next to nothing.
 */
const MAX_CONNECTIONS = 200;

/** Milliseconds: recovery after a crash replays up to 1 GB of log (max_wal_size), which a slow disk reads in this time. */
const START_MS = 120_000;
/** Milliseconds to write memory out before an immediate shutdown; the next start then recovers from the log. */
const STOP_MS = 3_000;
const POLL_MS = 50;

/**
 * The error of a server whose predecessor was killed while a session of it is still running (PostgreSQL, sysv_shmem.c).
 */
const SURVIVORS = /pre-existing shared memory block/;
/** Milliseconds for such sessions to notice that their server is gone, which they do at their next wait. */
const SURVIVORS_MS = 10_000;

interface PostgresOptions {
  readonly port: number;
  /** Contains the secret of its passwords, and Postgres' own log, which is appended to. */
  readonly directory: string;
  /** For temporary data: nothing waits for the disk, and a crash of the machine may lose anything. */
  readonly disposable?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs the cluster of an installation, creating it if necessary, with the database in it. A server left over from a
 * killed run is ended first.
 * @throws UserError with Postgres' own error if it does not become ready
 */
export async function startPostgres(
  installation: PostgresInstallation,
  { port, directory, disposable = false, signal }: PostgresOptions,
): Promise<RunningPart> {
  const server = { port, secret: clusterSecret(directory) };
  const logFile = join(directory, 'postgres.log');
  await createCluster(installation, { sync: !disposable, signal });
  await stopLeftOver(installation.dataDirectory);

  for (const deadline = Date.now() + SURVIVORS_MS; ; await delay(POLL_MS, undefined, { signal })) {
    const logFrom = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    let kill = async () => {};
    try {
      await withProgress(
        (line) => report('postgres', line),
        'setting the password of the superuser',
        requirePassword(installation, { secret: server.secret, sync: !disposable, signal }),
      );
      const child = spawnServer(installation, port, logFile, disposable);
      const ended = endOf(child);
      kill = async () => {
        child.kill('SIGQUIT');
        await ended;
      };
      await waitUntilItReplies(child, server, signal);
      await prepareDatabase(server);
      return { pid: child.pid as number, ended, stop: () => stopServer(installation, child, ended) };
    } catch (error) {
      await kill();
      signal?.throwIfAborted();
      const log = existsSync(logFile) ? readFileSync(logFile).subarray(logFrom).toString() : '';
      const { message } = error as Error;
      if (SURVIVORS.test(`${log}${message}`) && Date.now() < deadline) continue;
      throw new UserError(`Postgres did not start: ${withRemedy(causeIn(log) || message)}`);
    }
  }
}

function spawnServer(
  installation: PostgresInstallation,
  port: number,
  logFile: string,
  disposable: boolean,
): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    // A Unix socket would need a directory that every user can write to, and is not used here.
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The log is kept for diagnosing failures.
    log_checkpoints: 'off',
    ...(disposable && { fsync: 'off', full_page_writes: 'off' }),
  };
  const log = openSync(logFile, 'a', 0o600);
  fchmodSync(log, 0o600);
  const child = spawn(
    binary(installation, 'postgres'),
    [
      '-D',
      installation.dataDirectory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...spawnOptions(installation), stdio: ['ignore', log, log] },
  );
  closeSync(log);
  return child;
}

async function waitUntilItReplies(child: ChildProcess, server: Server, signal?: AbortSignal): Promise<void> {
  const refusal = await waitUntilReady('postgres', { limitMs: START_MS, pollMs: POLL_MS, signal }, async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new Error('its process ended at once');
    return serverAt(server).then(
      (pid) => (pid === child.pid ? undefined : 'another server listens on its port'),
      (error: Error) => error.message,
    );
  });
  if (refusal !== undefined) throw new Error(`no reply within ${START_MS / 1000} s (${refusal})`);
}

/** The process that listens there, which may be another Postgres until this one has noticed that the port is taken. */
async function serverAt(server: Server): Promise<number> {
  return asSuperuser(server, 'postgres', async (client) => {
    const { rows } = await client.query(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer AS pid`);
    return rows[0].pid;
  });
}

async function stopServer(
  installation: PostgresInstallation,
  child: ChildProcess,
  ended: Promise<string>,
): Promise<void> {
  // Windows has no signals; pg_ctl notifies the server differently.
  if (process.platform === 'win32')
    execFileSync(binary(installation, 'pg_ctl'), ['stop', '-m', 'fast', '-D', installation.dataDirectory]);
  else child.kill('SIGINT');
  const immediate = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
  await ended;
  clearTimeout(immediate);
}
