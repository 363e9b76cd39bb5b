import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import { countUnrecorded, findCounterDrift } from '../../lib/orders/sql/audit-orders.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { rollUpMinutes } from '../../lib/orders/sql/roll-up-minutes.ts';
import { UseCases } from '../support/contract-use-cases.ts';
import { openDataApiLab } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';

/** Settings that an administrator may have made for the database or the role, each with a hostile value. */
const SETTINGS = [
  `datestyle = 'German'`,
  `datestyle = 'SQL, DMY'`,
  `datestyle = 'Postgres, MDY'`,
  `intervalstyle = 'iso_8601'`,
  `timezone = 'Asia/Kathmandu'`,
  `timezone = 'America/St_Johns'`,
  `search_path = ''`,
  `search_path = 'app'`,
  `default_transaction_isolation = 'serializable'`,
  `default_transaction_isolation = 'repeatable read'`,
  'default_transaction_deferrable = on',
  'extra_float_digits = -15',
  'bytea_output = escape',
  'standard_conforming_strings = off',
  'transform_null_equals = on',
  'quote_all_identifiers = on',
  'array_nulls = off',
  'statement_timeout = 600000',
  `lc_messages = 'C'`,
  `client_encoding = 'LATIN1'`,
  'plan_cache_mode = force_generic_plan',
];

const DRIVERS = [
  {
    driver: 'pg',
    connect: async (url: string) => {
      const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
      return connectPg({ url, poolSize: 2, ...timeouts, logger: recordingLogger() });
    },
  },
  {
    driver: 'data-api',
    connect: async (url: string) => {
      const lab = await openDataApiLab(url);
      return { ...lab.database, close: () => lab.close() };
    },
  },
];

describe.each(DRIVERS)('over $driver, with a setting of the database or the role', ({ connect }) => {
  let own: TestDatabase;
  let psql: Psql;
  beforeAll(async () => {
    own = await createTestDatabase();
    psql = await connectPsql(own.url);
    await psql.rows('CREATE SCHEMA app; CREATE TABLE app.orders (order_id text)');
  });
  afterAll(async () => {
    await psql?.end();
    await own?.drop();
  });

  describe.each(['DATABASE', 'ROLE postgres IN DATABASE'])('of the %s', (whose) => {
    test.each(SETTINGS)('with %s, every result is the same', async (setting) => {
      const target = `${whose} ${new URL(own.url).pathname.slice(1)}`;
      await psql.rows(`ALTER ${target} SET ${setting}`);
      try {
        const database = await connect(own.url);
        try {
          await expectTheUsual(database);
        } finally {
          await database.close();
        }
      } finally {
        await psql.rows(`ALTER ${target} RESET ALL`);
      }
    });
  });
});

/** They exist since Postgres 9.3, 14 and 17. */
const TIMEOUTS = ['lock_timeout', 'idle_session_timeout', 'transaction_timeout'];

test('a timeout of the database for locks, idle sessions or transactions does not apply to the service', async () => {
  const own = await createTestDatabase();
  const psql = await connectPsql(own.url);
  const known = await psql.rows<{ name: string }>('SELECT name FROM pg_settings WHERE name = ANY($1)', [TIMEOUTS]);
  for (const { name } of known)
    await psql.rows(`ALTER DATABASE ${new URL(own.url).pathname.slice(1)} SET ${name} = '10min'`);
  await psql.end();
  const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const database = connectPg({ url: own.url, poolSize: 2, ...timeouts, logger: recordingLogger() });
  try {
    for (const { name } of known) expect(await database.query(`SHOW ${name}`)).toEqual([{ [name]: '0' }]);
    await expectTheUsual(database);
  } finally {
    await database.close();
    await own.drop();
  }
});

test('a role set for the database that may not read orders does not apply, and one that may does', async () => {
  const own = await createTestDatabase();
  const psql = await connectPsql(own.url);
  const name = new URL(own.url).pathname.slice(1);
  const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  try {
    for (const [role, used] of [
      ['pg_monitor', 'postgres'],
      ['pg_read_all_data', 'pg_read_all_data'],
    ]) {
      await psql.rows(`ALTER DATABASE ${name} SET role = '${role}'`);
      const database = connectPg({ url: own.url, poolSize: 2, ...timeouts, logger: recordingLogger() });
      expect(await database.query('SELECT current_user::text AS used')).toEqual([{ used }]);
      if (used === 'postgres') await expectTheUsual(database);
      await database.close();
    }
  } finally {
    await psql.end();
    await own.drop();
  }
});

test('without triggers, which record every change, a database counts as unavailable, and the error names the setting', async () => {
  const own = await createTestDatabase();
  const psql = await connectPsql(own.url);
  await psql.rows(`ALTER DATABASE ${new URL(own.url).pathname.slice(1)} SET session_replication_role = 'replica'`);
  await psql.end();
  const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const database = connectPg({ url: own.url, poolSize: 2, ...timeouts, logger: recordingLogger() });
  try {
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('session_replication_role'),
    });
  } finally {
    await database.close();
    await own.drop();
  }
});

const WHOLE_SECOND = 1_000;

/** What happens to two orders, from POST to the metrics. */
async function expectTheUsual(database: Database): Promise<void> {
  const cases = await UseCases.fresh(database);
  const before = Date.now();
  const order = { orderId: 'Grün €', userId: 7, itemIds: [3, 1, 2], totalAmount: '12345678901.123456789' };
  const other = { ...order, orderId: 'B\\1', itemIds: [], totalAmount: '9.5' };

  expect(await cases.create(order, { idempotencyKey: 'k' })).toBe('created');
  expect(await cases.create(order, { idempotencyKey: 'k' })).toBe('replayed');
  expect(await cases.create(other)).toBe('created');
  expect(await cases.create(other)).toBe('duplicate');
  expect(await cases.process([order.orderId])).toEqual(new Set([order.orderId]));

  const read = await readOrder(database, order.orderId, null);
  expect(read).toMatchObject({
    ...order,
    status: 'Completed',
    createdAt: expect.any(Date),
    finishedAt: expect.any(Date),
  });
  for (const time of [read?.createdAt, read?.finishedAt]) {
    expect(time?.getTime()).toBeGreaterThan(before - WHOLE_SECOND);
    expect(time?.getTime()).toBeLessThan(Date.now() + WHOLE_SECOND);
  }
  expect(await readHistory(database, order.orderId, null)).toMatchObject([
    { at: read?.createdAt, from: null, to: 'Pending' },
    { from: 'Pending', to: 'Processing', attempt: 1, actor: 'worker' },
    { at: expect.any(Date), from: 'Processing', to: 'Completed' },
  ]);

  const filter = { owner: null, createdFrom: new Date(before - 60_000) };
  const first = await listOrders(database, filter, null, 1);
  const second = await listOrders(database, filter, first.next, 1);
  expect([...first.orders, ...second.orders]).toMatchObject([other, order]);
  expect(await listOrders(database, { owner: null, createdTo: new Date(before - 60_000) }, null, 9)).toEqual({
    orders: [],
    next: null,
  });

  const metrics = await getMetrics(database, 60);
  expect(metrics).toMatchObject({ counters: { byStatus: { Pending: 1, Completed: 1 } } });
  expect(metrics.window.minutes.map(({ minute }) => minute.getTime() % 60_000)).toEqual(
    metrics.window.minutes.map(() => 0),
  );
  await rollUpMinutes(database);
  expect(await findCounterDrift(database)).toEqual([]);
  expect(await countUnrecorded(database)).toBe(0);
  await database.query('DELETE FROM public.order_minutes');
}
