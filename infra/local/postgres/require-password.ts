import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endOf } from '../stack/process/part.ts';
import { causeIn } from '../stack/remedy.ts';
import { passwordOf, SUPERUSER } from './access.ts';
import { binary, spawnOptions } from './postgres-cluster.ts';
import type { PostgresInstallation } from './postgres-installation.ts';

/**
 * Makes a stopped cluster ask everybody for a password: one that is new, one whose secret was lost, and one of an earlier
 * version, which trusted every user of this machine.
 *
 * The superuser gets its password first. The rules for connections, which name the secret by its digest, are written last: an
 * interruption before that leaves a cluster that is converted by the next start.
 */
export async function requirePassword(
  installation: PostgresInstallation,
  { secret, sync, signal }: { secret: string; sync: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const path = join(installation.dataDirectory, 'pg_hba.conf');
  const rules = rulesFor(secret);
  if (readFileSync(path, 'utf8') === rules) return;
  const sql = `ALTER ROLE ${SUPERUSER} PASSWORD '${passwordOf(SUPERUSER, secret)}';`;
  await runAlone(installation, sql, sync, signal);
  replace(path, rules, installation);
}

function rulesFor(secret: string): string {
  const digest = createHash('sha256').update(secret).digest('hex').slice(0, 16);
  return `# Written by npm start for the passwords ${digest}: nobody connects without one.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;
}

/** Runs SQL in Postgres' single-user mode, which listens nowhere. It reads standard input, so no process list shows it. */
async function runAlone(
  installation: PostgresInstallation,
  sql: string,
  sync: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = ['--single', '-D', installation.dataDirectory, ...(sync ? [] : ['-F']), 'postgres'];
  const child = spawn(binary(installation, 'postgres'), options, {
    ...spawnOptions(installation),
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(signal && { signal }),
  });
  // A server that ends at once does not read; what it says tells more.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${sql}\n`);
  const [output, end] = await Promise.all([text(child.stderr), endOf(child)]);
  signal?.throwIfAborted();
  // It goes on after an error in a statement, and ends well.
  if (child.exitCode === 0 && !/ERROR:/.test(output)) return;
  throw new Error(/ERROR:\s*(.*)/.exec(output)?.[1] ?? causeIn(output) ?? end);
}

/** In one step, and readable by the server, which is another user when we are root. */
function replace(path: string, content: string, { user }: PostgresInstallation): void {
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, content, { mode: 0o600, flush: true });
  if (user) chownSync(`${path}.new`, user.uid, user.gid);
  renameSync(`${path}.new`, path);
}
