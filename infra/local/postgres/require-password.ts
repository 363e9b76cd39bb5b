import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { replaceFile } from '../replace-file.ts';
import { endOf } from '../stack/process/part.ts';
import { causeIn } from '../stack/remedy.ts';
import { passwordOf, SUPERUSER } from './access.ts';
import { binary, spawnOptions } from './postgres-cluster.ts';
import type { PostgresInstallation } from './postgres-installation.ts';

/**
 * Makes a stopped cluster require passwords: a new one, one whose secret was lost, and one of an earlier version, which
 * trusted every user of this machine. The superuser gets its password first. The connection rules, which contain the
 * digest of the secret, are written last: if this is interrupted before, the next start converts the cluster.
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
  // The server, which reads it, runs as another user if this process is root.
  replaceFile(path, rules, installation.user);
}

function rulesFor(secret: string): string {
  const digest = createHash('sha256').update(secret).digest('hex').slice(0, 16);
  return `# Written by npm start for the passwords ${digest}: nobody connects without one.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;
}

/**
 * Runs SQL in Postgres' single-user mode, which does not listen anywhere. The SQL goes to standard input, so that no
 * process list shows it.
 */
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
  // A server that exits immediately does not read its input; its output is more informative.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${sql}\n`);
  const [output, end] = await Promise.all([text(child.stderr), endOf(child)]);
  signal?.throwIfAborted();
  // It continues after an error in a statement, and exits with success.
  if (child.exitCode === 0 && !/ERROR:/.test(output)) return;
  throw new Error(/ERROR:\s*(.*)/.exec(output)?.[1] ?? causeIn(output) ?? end);
}
