import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { findCounterDrift } from '../../lib/orders/sql/audit-orders.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { createTestDatabase, databaseAt, makeTemplate, type TestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { anOrder, type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { runProgram, systemPostgres } from './system-postgres.ts';

let server: PostgresServer;
let psql: Psql;
let file: string;

beforeAll(async () => {
  server = await startPostgresServer({ disposable: true }, await systemPostgres());
  process.env.TEST_POSTGRES_URL = server.url;
  await makeTemplate(server.url);
  psql = await connectPsql(server.url);
  await psql.rows("CREATE ROLE shop LOGIN PASSWORD 'shop'");
  file = join(server.installation.dataDirectory, 'test.dump');
});
afterAll(async () => {
  await psql?.end();
  await server?.stop();
});

let source: OrderLab;
let target: TestDatabase;
beforeEach(async () => {
  source = await forThisTest(openOrderLab());
  target = await createTestDatabase();
  await forThisTest(Promise.resolve({ close: () => target.drop() }));
});

const program = (name: Parameters<typeof runProgram>[1], args: readonly string[], env = {}) =>
  runProgram(server.installation, name, args, env);

/** Orders in every state, with what leads there. */
async function fill(lab: OrderLab): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, n) => `ü-${n}`);
  for (const orderId of ids) await lab.create(anOrder({ orderId }), { idempotencyKey: `key of ${orderId}` });
  const failing = async ({ orderId }: { orderId: string }) => {
    if (orderId.endsWith('1')) throw new Error('the bank said "no"');
  };
  for (let n = 0; n < 3; n += 1) {
    await lab.process(ids.slice(0, 12), { processor: failing });
    await lab.psql.rows(`UPDATE orders SET not_before = NULL, due_at = now() WHERE status = 'Pending'`);
  }
  await lab.claim(ids.slice(12, 14));
  await lab.psql.rows(
    `UPDATE orders SET status = 'Cancelled', due_at = NULL, finished_at = now() WHERE order_id = 'ü-19'`,
  );
  await lab.psql.rows(
    `UPDATE orders SET status = 'Pending', due_at = now(), finished_at = NULL WHERE order_id = 'ü-1'`,
  );
  const statuses = await lab.psql.rows('SELECT DISTINCT status FROM orders');
  expect(statuses).toHaveLength(5);
}

/**
 * The rows of every table but the migrations with their times, and every definition that a restore makes again.
 * Of constraints the names: Postgres writes a restored `BETWEEN` with fewer parentheses.
 */
async function contentsOf(session: Psql): Promise<unknown> {
  const tables = await session.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations' ORDER BY 1`,
  );
  const rows: Record<string, unknown> = {};
  for (const { name } of tables) rows[name] = await session.rows(`SELECT t::text FROM public.${name} AS t ORDER BY 1`);
  const definitions = await session.rows(
    `SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     ORDER BY 1`,
  );
  return { rows, definitions };
}

/** Dumps a database that is being worked on, and returns what it held at the moment that the dump shows. */
async function dumpWhileWorking(args: readonly string[]): Promise<unknown> {
  await fill(source);
  const moment = await source.openPsql();
  await moment.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const snapshot = await moment.value<string>('SELECT pg_export_snapshot()');
  let working = true;
  const work = (async () => {
    for (let n = 0; working; n += 1) {
      const order = anOrder();
      await source.create(order);
      if (n % 2) await source.process([order.orderId]);
    }
  })();
  try {
    await program('pg_dump', [...args, `--snapshot=${snapshot}`, `--file=${file}`, source.url]);
  } finally {
    working = false;
    await work;
  }
  const contents = await contentsOf(moment);
  expect(contents).not.toEqual(await contentsOf(source.psql));
  return contents;
}

/** The copy has what the dump shows, and goes on from there as its source would. */
async function expectToWork(url: string, contents: unknown): Promise<void> {
  const copy = await forThisTest(openOrderLab({ url }));
  expect(await contentsOf(copy.psql)).toEqual(contents);
  const inAgreement = async () => {
    expect(await findInconsistencies(copy.psql)).toEqual([]);
    expect(await findCounterDrift(copy.database)).toEqual([]);
  };
  await inAgreement();

  const again = { orderId: 'ü-0', userId: 7, itemIds: [1, 2], totalAmount: '9.5' };
  expect(await copy.create(again, { idempotencyKey: 'key of ü-0' })).toBe('replayed');
  expect(await copy.create(anOrder({ orderId: 'new' }))).toBe('created');
  await copy.killLease('ü-12', 'ü-13');
  await copy.process(['ü-1', 'ü-12', 'ü-15', 'new']);
  const completed = await copy.psql.rows(
    `SELECT order_id FROM orders WHERE status = 'Completed' AND order_id IN ('ü-1', 'ü-12', 'ü-15', 'new')`,
  );
  expect(completed).toHaveLength(4);
  await expect(
    copy.psql.rows(`UPDATE orders SET status = 'Pending', due_at = now() WHERE order_id = 'new'`),
  ).rejects.toThrow('order new may not move from Completed to Pending');
  await inAgreement();
}

async function emptyDatabase(owner: string): Promise<string> {
  const name = new URL(target.url).pathname.slice(1);
  await psql.rows(`DROP DATABASE ${name}`);
  await psql.rows(`CREATE DATABASE ${name} OWNER ${owner} TEMPLATE template0`);
  const url = new URL(databaseAt(server.url, name));
  if (owner !== url.username) Object.assign(url, { username: owner, password: owner });
  return url.href;
}

test.each(['postgres', 'shop'])(
  'a custom dump of a database at work restores into an empty database of the role %s, and works there',
  async (owner) => {
    const contents = await dumpWhileWorking(['--format=custom']);
    const url = await emptyDatabase(owner);
    await program('pg_restore', [
      '--exit-on-error',
      '--single-transaction',
      '--no-owner',
      '--no-privileges',
      `--dbname=${url}`,
      file,
    ]);
    await expectToWork(url, contents);
  },
);

test.each(['postgres', 'shop'])(
  'a plain SQL dump of a database at work restores into an empty database of the role %s, and works there',
  async (owner) => {
    const contents = await dumpWhileWorking(['--format=plain', '--no-owner', '--no-privileges']);
    const url = await emptyDatabase(owner);
    await program('psql', [
      '--quiet',
      '--no-psqlrc',
      '--set=ON_ERROR_STOP=1',
      '--single-transaction',
      `--file=${file}`,
      url,
    ]);
    await expectToWork(url, contents);
  },
);

test('a data-only dump restores into a migrated database without triggers; with them it fails and changes nothing', async () => {
  const contents = await dumpWhileWorking([
    '--format=custom',
    '--data-only',
    '--exclude-table=public.schema_migrations',
  ]);
  const restore = ['--exit-on-error', '--single-transaction', '--data-only', `--dbname=${target.url}`, file];
  await expect(program('pg_restore', restore)).rejects.toThrow(/duplicate key|may not/);
  const untouched = await forThisTest(openOrderLab({ url: target.url }));
  expect(await untouched.psql.value('SELECT count(*)::integer FROM orders')).toBe(0);
  expect(await findInconsistencies(untouched.psql)).toEqual([]);

  await program('pg_restore', restore, { PGOPTIONS: '-c session_replication_role=replica' });
  await expectToWork(target.url, contents);
});
