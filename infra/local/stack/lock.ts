import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../user-error.ts';
import { withRemedy } from './remedy.ts';
import { LOCAL_DIRECTORY, REPOSITORY } from './settings.ts';

interface DirectoryLock {
  /** True if the previous holder was killed, so that processes of it may still be running. */
  readonly leftBehind: boolean;
  release(): void;
}

/** Others must not list it. When root starts Postgres, it runs as another user, who must reach its data. */
const PRIVATE = process.getuid?.() === 0 ? 0o711 : 0o700;

/** Another process holds the directory; the message says which. */
export class DirectoryInUse extends UserError {}

/**
 * Takes the directory for this process alone. The lock is an open SQLite write transaction: the operating system ends
 * it together with the process, however it ends, so a stale lock cannot exist, and a reused process id cannot be
 * mistaken for its holder.
 * @param holder the message for the next process that wants it, e.g. "a stack is running (pid 7)"
 * @throws DirectoryInUse with the holder's message if another process holds it; UserError if the directory is not
 * writable
 */
export function lockDirectory(directory: string, holder: string): DirectoryLock {
  const holderFile = join(directory, 'lock.holder');
  let database: DatabaseSync | undefined;
  try {
    makeDirectory(directory);
    // An earlier version left it open. A directory that the user has named may have other uses.
    if (directory === join(REPOSITORY, LOCAL_DIRECTORY)) chmodSync(directory, PRIVATE);
    database = new DatabaseSync(join(directory, 'lock'));
    database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
    const leftBehind = existsSync(holderFile);
    writeFileSync(holderFile, holder);
    return { leftBehind, release: () => release(database, holderFile) };
  } catch (error) {
    database?.close();
    if (isBusy(error))
      throw new DirectoryInUse(
        `In ${directory} ${wordsOf(holderFile)}. Stop that first, or set LOCAL_DIR and other ports.`,
      );
    throw new UserError(
      withRemedy(`${directory} cannot be written (${(error as Error).message})`, 'Set LOCAL_DIR to another directory.'),
    );
  }
}

/** One by one, because Node's recursive mkdir never ends where directories cannot be created, as in /proc. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: PRIVATE });
  } catch (error) {
    // Another process has just created it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function release(database: DatabaseSync | undefined, holderFile: string): void {
  rmSync(holderFile, { force: true });
  database?.close();
}

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const isBusy = (error: unknown) => (error as { errcode?: number }).errcode === 5;

function wordsOf(holderFile: string): string {
  try {
    return readFileSync(holderFile, 'utf8');
  } catch {
    // The other process has just taken the lock, and not yet written its message.
    return 'another process is at work';
  }
}
