import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../infra/user-error.ts';

/** Threads of pgbench; one is not enough to keep Postgres busy with 50 clients. */
const THREADS = 2;

/** @throws UserError that says how to install pgbench, if it is missing */
export async function requirePgbench(): Promise<string> {
  try {
    return (await promisify(execFile)('pgbench', ['--version'])).stdout.trim();
  } catch {
    throw new UserError(
      'pgbench is not on the PATH. Debian: apt-get install postgresql-contrib; macOS: brew install libpq.',
    );
  }
}

/**
 * Inserts one row per transaction, with prepared statements, and returns the transactions per second.
 * @param table `orders`, or one with the same columns
 */
export async function insertRows(
  url: string,
  table: string,
  { clients, seconds, directory }: { clients: number; seconds: number; directory: string },
): Promise<number> {
  const script = join(directory, `insert-${table}.sql`);
  writeFileSync(
    script,
    `\\set id random(1, 1000000000000000000)
INSERT INTO ${table} (order_id, user_id, item_ids, total_amount)
VALUES ('pgbench-' || :client_id || '-' || :id, :client_id, '{1,2,3}', 19.99);
`,
  );
  const { stdout } = await promisify(execFile)('pgbench', [
    '--no-vacuum',
    '--protocol=prepared',
    `--client=${clients}`,
    `--jobs=${Math.min(THREADS, clients)}`,
    `--time=${seconds}`,
    `--file=${script}`,
    url,
  ]);
  const [, tps] = /tps = ([\d.]+)/.exec(stdout) ?? [];
  if (tps === undefined) throw new UserError(`The output of pgbench has no tps: ${stdout}`);
  return Number(tps);
}
