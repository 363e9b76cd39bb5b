import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { spawnOptions } from '../../infra/local/postgres/postgres-cluster.ts';
import type { PostgresInstallation } from '../../infra/local/postgres/postgres-installation.ts';

/** The newest Postgres that Debian's packages installed: a server, and the programs that npm does not bring. */
export async function systemPostgres(): Promise<Pick<PostgresInstallation, 'home' | 'version'>> {
  const versions: number[] = [];
  for await (const path of glob('/usr/lib/postgresql/*/bin/initdb'))
    if (existsSync(join(dirname(path), 'pg_restore'))) versions.push(Number(path.split('/')[4]));
  if (versions.length === 0) throw new Error('Postgres is not installed (apt-get install postgresql).');
  const version = Math.max(...versions);
  return { home: `/usr/lib/postgresql/${version}`, version: String(version) };
}

/** Runs one of its programs as the user that its server has. */
export async function runProgram(
  installation: PostgresInstallation,
  program: 'pg_dump' | 'pg_restore' | 'psql' | 'pg_basebackup' | 'pg_ctl',
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const options = spawnOptions(installation);
  await promisify(execFile)(join(installation.home, 'bin', program), args, {
    ...options,
    env: { ...options.env, ...env },
  });
}
