import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../user-error.ts';

/** Milliseconds to wait for another process, such as a test that packages a stage. */
const PATIENCE_MS = 600_000;

/**
 * Waits until no other process packages this checkout, and makes others wait until this process ends. osls builds every
 * package in `.serverless` and empties that directory first, so concurrent runs destroy each other's files. The lock is
 * an open SQLite transaction, which the operating system ends together with the process, however it ends.
 * @throws UserError if the other process does not finish
 */
export function packageAlone(checkout: string): void {
  const name = createHash('sha256').update(checkout).digest('hex').slice(0, 16);
  const lock = new DatabaseSync(join(tmpdir(), `serverless-packaging-${name}.lock`));
  try {
    lock.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; BEGIN IMMEDIATE`);
  } catch (error) {
    throw new UserError(`Another process has been packaging in ${checkout} for too long: ${(error as Error).message}.`);
  }
  held.push(lock);
}

/** A database without a reference would be closed. */
const held: DatabaseSync[] = [];
