import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeploymentError } from './deployment-error.ts';

/** Milliseconds to wait for another process to finish, such as a test that packages a stage. */
const PATIENCE_MS = 600_000;

/**
 * Waits until no other process packages this checkout, and keeps others waiting until this process ends. osls builds
 * every package in `.serverless` and empties that first, so that two at once ruin each other. What locks is a transaction
 * of SQLite that stays open, which the operating system ends together with the process, however that ends.
 * @throws DeploymentError when the other does not finish.
 */
export function packageAlone(checkout: string): void {
  const name = createHash('sha256').update(checkout).digest('hex').slice(0, 16);
  const lock = new DatabaseSync(join(tmpdir(), `serverless-packaging-${name}.lock`));
  try {
    lock.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; BEGIN IMMEDIATE`);
  } catch (error) {
    throw new DeploymentError(
      `Another process has been packaging in ${checkout} for too long: ${(error as Error).message}.`,
    );
  }
  held.push(lock);
}

/** A database that nobody refers to would be closed. */
const held: DatabaseSync[] = [];
