import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { DATABASE, postgresUrl, SECRET_FILE, SUPERUSER } from '../../infra/local/postgres/access.ts';
import { startPostgres } from '../../infra/local/postgres/postgres.ts';
import {
  installPostgres,
  type PostgresInstallation,
  refugeOf,
} from '../../infra/local/postgres/postgres-installation.ts';
import type { RunningPart } from '../../infra/local/stack/process/part.ts';
import { migrate } from '../../lib/database/migrate.ts';
import { freePorts } from '../support/free-port.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import '../support/starts-processes.ts';

const TRUST = 'host all all 127.0.0.1/32 trust\n';

let directory: string;
let installation: PostgresInstallation;
let port = 0;
let server: RunningPart | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-access-'));
  await chmod(directory, 0o755);
  installation = await installPostgres(directory);
  [port = 0] = await freePorts(1);
});

afterEach(stop);

afterAll(async () => {
  for (const path of [directory, refugeOf(directory)]) await rm(path, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await server?.stop();
  server = undefined;
}

async function start(): Promise<void> {
  await stop();
  server = await startPostgres(installation, { port, directory, disposable: true });
}

const urlOf = (role?: string) => postgresUrl({ directory, postgresPort: port }, role);

async function as<T>(url: string, use: (psql: Psql) => Promise<T>): Promise<T> {
  const psql = await connectPsql(url);
  try {
    return await use(psql);
  } finally {
    await psql.end();
  }
}

const owner = <T>(use: (psql: Psql) => Promise<T>) => as(urlOf(), use);
const withoutPassword = (role: string) => as(`postgres://${role}@127.0.0.1:${port}/${DATABASE}`, async () => undefined);

async function trustEverybody(): Promise<void> {
  await writeFile(join(installation.dataDirectory, 'pg_hba.conf'), TRUST);
}

/** The tests share one cluster, and some of them an order in it. */
async function startWithAnOrder(): Promise<void> {
  await start();
  await migrate({ DATABASE_URL: urlOf() }, () => undefined);
  await owner(async (psql) => {
    if ((await psql.value('SELECT count(*)::integer FROM orders')) === 0)
      await psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('O-1', 7, '{1}', 1)`);
  });
}

test('nobody connects to the embedded Postgres without a password, and another user of the machine cannot find one', async () => {
  await start();
  for (const role of [SUPERUSER, 'orders_owner']) await expect(withoutPassword(role)).rejects.toThrow(/password|SASL/);
  const secret = join(directory, SECRET_FILE);
  expect((await stat(secret)).mode & 0o777).toBe(0o600);
  if (process.getuid?.() !== 0) return;
  const stranger = { uid: 65_533, gid: 65_533, encoding: 'utf8' } as const;
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { ...stranger, stdio: 'pipe' });
  expect(run('id', '-u').trim()).toBe('65533');
  expect(() => run('cat', secret)).toThrow('Permission denied');
  expect(() => run('ls', installation.dataDirectory)).toThrow('Permission denied');
});

test('the role that owns the orders runs no program and reads no file of the server', async () => {
  await start();
  await owner(async (psql) => {
    expect(await psql.value('SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toBe(false);
    await psql.rows('CREATE TABLE mine (n integer)');
    for (const attack of [
      "COPY mine FROM PROGRAM 'id'",
      "COPY mine TO PROGRAM 'cat'",
      "COPY mine FROM '/etc/passwd'",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT lo_import('/etc/passwd')",
      "ALTER SYSTEM SET archive_command = 'id'",
      'CREATE ROLE other SUPERUSER',
      `SET ROLE ${SUPERUSER}`,
    ])
      await expect(psql.rows(attack)).rejects.toThrow(/permission denied/);
    await psql.rows('DROP TABLE mine');
  });
});

test('a cluster of an earlier version, which trusted everybody, keeps its data and requires passwords', async () => {
  await start();
  await as(urlOf(SUPERUSER), async (psql) => {
    // As that version made it: no role but the superuser, who owns everything and has no password.
    await psql.rows(`DROP OWNED BY orders_owner CASCADE; ALTER DATABASE ${DATABASE} OWNER TO ${SUPERUSER}`);
    await psql.rows('DROP ROLE orders_owner');
  });
  await migrate({ DATABASE_URL: urlOf(SUPERUSER) }, () => undefined);
  await as(urlOf(SUPERUSER), async (psql) => {
    await psql.rows('INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 7, $2, 1)', [
      'O-1',
      [1],
    ]);
    await psql.rows(
      'CREATE TYPE mood AS ENUM ($$good$$); CREATE SEQUENCE numbers; CREATE VIEW pending AS TABLE orders',
    );
    await psql.rows('CREATE EXTENSION pg_trgm');
    await psql.rows(`ALTER ROLE ${SUPERUSER} PASSWORD NULL`);
  });
  await stop();
  await rm(join(directory, SECRET_FILE));
  await trustEverybody();

  await start();
  await expect(withoutPassword(SUPERUSER)).rejects.toThrow(/password|SASL/);
  await owner(async (psql) => {
    expect(await psql.rows('SELECT order_id, status FROM pending')).toEqual([{ order_id: 'O-1', status: 'Pending' }]);
    await psql.rows("UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'O-1'");
    await psql.rows("ALTER TYPE mood ADD VALUE 'bad'; DROP SEQUENCE numbers; ALTER TABLE orders ADD COLUMN new text");
    await psql.rows('ALTER FUNCTION orders_updated() RENAME TO renamed; ALTER TYPE order_event RENAME TO happening');
  });
  // And what it is started with afterwards is what it has.
  await start();
  expect(await owner((psql) => psql.value('SELECT count(*)::integer FROM orders'))).toBe(1);
});

test.each([
  ['before the superuser got the password', async () => {}],
  ['before the rules were written', trustEverybody],
  ['while the rules were written', async () => writeFile(join(installation.dataDirectory, 'pg_hba.conf.new'), 'host')],
])('a conversion that was interrupted %s is completed by the next start', async (_, interrupt) => {
  await startWithAnOrder();
  if (interrupt !== trustEverybody) {
    await as(urlOf(SUPERUSER), (psql) => psql.rows(`ALTER ROLE ${SUPERUSER} PASSWORD NULL`));
    await trustEverybody();
  }
  await stop();
  await interrupt();
  await start();
  await expect(withoutPassword(SUPERUSER)).rejects.toThrow(/password|SASL/);
  expect(await owner((psql) => psql.value('SELECT count(*)::integer FROM orders'))).toBe(1);
});

test('a start that is interrupted at any moment leaves a cluster that the next one starts', async () => {
  await startWithAnOrder();
  await stop();
  for (const milliseconds of [1, 50, 150, 300]) {
    await trustEverybody();
    const signal = AbortSignal.timeout(milliseconds);
    const interrupted = startPostgres(installation, { port, directory, disposable: true, signal });
    await interrupted.then((running) => running.stop()).catch(() => undefined);
    await start();
    expect(await owner((psql) => psql.value('SELECT count(*)::integer FROM orders'))).toBe(1);
    await stop();
  }
});

test('a lost secret is replaced, and the passwords with it', async () => {
  await startWithAnOrder();
  const before = urlOf();
  await stop();
  await rm(join(directory, SECRET_FILE));
  await start();
  await expect(as(before, async () => undefined)).rejects.toThrow('password authentication failed');
  expect(await readFile(join(directory, SECRET_FILE), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  expect(await owner((psql) => psql.value('SELECT count(*)::integer FROM orders'))).toBe(1);
});
