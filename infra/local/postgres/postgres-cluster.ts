import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { withProgress } from '../../../lib/observability/progress.ts';
import { type Environment, withoutFamilies } from '../../caller-environment.ts';
import { UserError } from '../../user-error.ts';
import { report } from '../stack/console.ts';
import { isRunning } from '../stack/process/is-running.ts';
import { endOf } from '../stack/process/part.ts';
import { causeIn, NO_LOADER, noOtherUser, withRemedy } from '../stack/remedy.ts';
import { SUPERUSER } from './access.ts';
import type { PostgresInstallation } from './postgres-installation.ts';

/** Milliseconds for a left-over server to write out its memory and exit; after that it is told to exit immediately. */
const FAST_SHUTDOWN_MS = 10_000;
/** Milliseconds for an immediate shutdown, which writes nothing. */
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const POLL_MS = 50;

/**
 * How each program of the installation is run: as its user, in a fixed language and time zone. It is detached, so that
 * Ctrl-C reaches only this process, and the program does not fail because of it.
 */
export function spawnOptions({ user, home }: PostgresInstallation) {
  return {
    ...user,
    // Neither the current working directory nor TMPDIR: the unprivileged user may not be allowed to enter them.
    cwd: parse(home).root,
    env: { ...withoutLoader(withoutFamilies(process.env)), LC_ALL: 'C' },
    detached: process.platform !== 'win32',
  };
}

/**
 * Without the variables of the dynamic loader: libraries of another Postgres do not fit this one, and a message of the
 * loader would look like an error of Postgres.
 */
function withoutLoader(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(LD|DYLD)_/.test(name)));
}

export function binary({ home }: PostgresInstallation, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Creates the cluster if there is none. It is built under a temporary name and renamed, so that an interrupted build is
 * never mistaken for a finished one.
 * @param sync whether to wait for the disk; not needed for a temporary cluster
 * @throws UserError if initdb fails, or the data is of another major version
 */
export async function createCluster(
  installation: PostgresInstallation,
  { sync, signal }: { sync: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const { dataDirectory, user } = installation;
  if (existsSync(dataDirectory)) return requireSameVersion(installation);
  await removeUnfinished(dataDirectory);
  const unfinished = await mkdtemp(unfinishedPrefix(dataDirectory));
  if (user)
    await chown(unfinished, user.uid, user.gid).catch(async (error: NodeJS.ErrnoException) => {
      await rm(unfinished, { recursive: true });
      throw new UserError(noOtherUser(error.code ?? error.message));
    });
  const initdb = runInitdb(installation, ['-D', unfinished, ...(sync ? [] : ['--no-sync'])], signal);
  await withProgress((line) => report('postgres', line), 'initdb is creating the data directory', initdb);
  await rename(unfinished, dataDirectory);
}

/** Removes clusters whose building was interrupted. */
export async function removeUnfinished(dataDirectory: string): Promise<void> {
  const prefix = unfinishedPrefix(dataDirectory);
  const siblings = await readdir(dirname(prefix)).catch(() => []);
  // An initdb whose parent was killed may still be writing; its files are removed the next time.
  for (const name of siblings.filter((sibling) => sibling.startsWith(basename(prefix))))
    await rm(join(dirname(prefix), name), { recursive: true, force: true }).catch(() => undefined);
}

/** Each has a unique name, so that two builders never collide. */
const unfinishedPrefix = (dataDirectory: string) => `${dataDirectory}.unfinished-`;

async function runInitdb(
  installation: PostgresInstallation,
  options: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  // Nobody can connect before requirePassword has set a password.
  const settings = [`--username=${SUPERUSER}`, '--auth=reject', '--encoding=UTF8', '--locale=C'];
  const child = spawn(binary(installation, 'initdb'), [...options, ...settings], {
    ...spawnOptions(installation),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal && { signal }),
  });
  // If no file can be opened any more, there is no pipe either.
  const [errors, end] = await Promise.all([child.stderr ? text(child.stderr) : '', endOf(child)]);
  signal?.throwIfAborted();
  const [refusal = ''] = child.pid === undefined ? (/E[A-Z]+/.exec(end.replace(child.spawnfile, '')) ?? []) : [];
  if (installation.user && ['EPERM', 'EINVAL'].includes(refusal)) throw new UserError(noOtherUser(refusal));
  if (refusal === 'ENOENT' && existsSync(child.spawnfile)) throw new UserError(NO_LOADER);
  if (child.exitCode !== 0)
    throw new UserError(`Postgres could not make its data directory: ${withRemedy(causeIn(errors) || end)}`);
}

async function requireSameVersion({ dataDirectory, version }: PostgresInstallation): Promise<void> {
  const ours = version.split('.')[0];
  const theirs = (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(() => 'unknown')).trim();
  if (theirs !== ours)
    throw new UserError(
      `${dataDirectory} was written by Postgres ${theirs}, and this is ${ours}; \`npm run reset\` deletes it.`,
    );
}

/**
 * Ends a server that still runs on this cluster because its parent was killed.
 * @returns its process id, or undefined if there was none
 * @throws UserError if it does not end
 */
export async function stopLeftOver(dataDirectory: string): Promise<number | undefined> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid || !isRunning(pid)) return undefined;
  if (!serves(pid, dataDirectory)) {
    // Postgres would mistake another process with that id, or a zombie, for a running server, and refuse to start.
    await rm(pidFile, { force: true });
    return undefined;
  }
  process.kill(pid, 'SIGINT');
  if (await isGone(pid, dataDirectory, FAST_SHUTDOWN_MS)) return pid;
  process.kill(pid, 'SIGQUIT');
  if (await isGone(pid, dataDirectory, IMMEDIATE_SHUTDOWN_MS)) return pid;
  throw new UserError(`A left-over Postgres (pid ${pid}) does not end; kill it, and start again.`);
}

async function isGone(pid: number, dataDirectory: string, patienceMs: number): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(POLL_MS))
    if (!serves(pid, dataDirectory)) return true;
  return false;
}

/** True if this process is a Postgres on this cluster. Its id alone proves nothing, because ids are reused. */
function serves(pid: number, dataDirectory: string): boolean {
  if (process.platform === 'win32') return commandOf(pid).includes('postgres');
  return commandOf(pid).includes(dataDirectory);
}

/** The command line of a process (on Windows, its program); empty if it does not exist. */
function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32')
      return execFileSync('tasklist', ['/fi', `pid eq ${pid}`, '/nh'], { encoding: 'utf8' });
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
