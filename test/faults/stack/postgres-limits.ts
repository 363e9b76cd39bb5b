import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresInstallation } from '../../../infra/local/postgres/postgres-installation.ts';

/**
 * The same Postgres with a script in place of its server. The script starts the server with the limits of a test.
 * @param lines shell commands to run before, such as `ulimit`
 * @param settings added after those of the command line, so that they take precedence
 */
export function limitPostgres(
  installation: PostgresInstallation,
  directory: string,
  { lines = [], settings = {} }: { lines?: readonly string[]; settings?: Readonly<Record<string, string | number>> },
): PostgresInstallation {
  const home = join(directory, 'limited');
  mkdirSync(join(home, 'bin'), { recursive: true });
  const original = (name: string) => join(installation.home, 'bin', name);
  symlinkSync(original('initdb'), join(home, 'bin/initdb'));
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const server = join(home, 'bin/postgres');
  writeFileSync(
    server,
    ['#!/bin/sh', ...lines, `exec '${original('postgres')}' "$@" ${options.join(' ')}`, ''].join('\n'),
  );
  chmodSync(server, 0o755);
  return { ...installation, home };
}
