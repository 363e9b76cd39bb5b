import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.ts';
import type { StackSettings } from '../stack/settings.ts';

/** The database of the service, with the name from the old service. */
export const DATABASE = 'orders_db';

/** Used only where the superuser is required: to create roles and databases, and by tests and benchmarks. */
export const SUPERUSER = 'postgres';

/** Owns the database and its tables, and cannot run programs on this machine (COPY … TO PROGRAM). */
export const OWNER = 'orders_owner';

/** The role of the functions. Migrations grant it what the functions need. */
export { APP_ROLE } from '../../../lib/database/app-role.ts';

/** In the directory of a stack. All passwords of its cluster are derived from this file. */
export const SECRET_FILE = 'postgres.secret';

const FORM = /^[0-9a-f]{64}\n$/;

/** The secret of the cluster in this directory, created if there is none. Deleting it changes all passwords. */
export function clusterSecret(directory: string): string {
  const known = readSecret(directory);
  if (known !== undefined) return known;
  const path = join(directory, SECRET_FILE);
  replaceFile(path, `${randomBytes(32).toString('hex')}\n`);
  return readFileSync(path, 'utf8');
}

function readSecret(directory: string): string | undefined {
  try {
    const text = readFileSync(join(directory, SECRET_FILE), 'utf8');
    return FORM.test(text) ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One per role, so that the password of one role does not reveal another. */
export function passwordOf(role: string, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('base64url');
}

/** The directory of the stack contains the secret, wherever the data is. */
type Cluster = Pick<StackSettings, 'directory' | 'postgresPort'>;

/** The URL with which a role logs in, with the password that the cluster of this directory has or will get. */
export function postgresUrl({ directory, postgresPort }: Cluster, role = OWNER, database = DATABASE): string {
  return urlOf(postgresPort, role, `:${passwordOf(role, clusterSecret(directory))}`, database);
}

/** As the owner, without creating anything: without a secret there is no server either, and no password. */
export function existingPostgresUrl({ directory, postgresPort }: Cluster): string {
  const secret = readSecret(directory);
  return urlOf(postgresPort, OWNER, secret === undefined ? '' : `:${passwordOf(OWNER, secret)}`, DATABASE);
}

function urlOf(port: number, role: string, password: string, database: string): string {
  return `postgres://${role}${password}@127.0.0.1:${port}/${database}`;
}
