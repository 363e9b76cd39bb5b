import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migrate } from '../../lib/database/migrate.ts';
import { presentOrder } from '../../lib/http/present-order.ts';
import { orderSchema } from '../../lib/http/routes/common.ts';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { decodeMessage, encodeMessage } from '../../lib/queue/message.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { httpEvent } from '../support/lambda.ts';
import { OLD_SCHEMA } from '../support/old-schema.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { connectPsql, type Psql } from '../support/psql.ts';

const SAMPLES = `
  INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, processing_time) VALUES
    ('ORD111', 1, '{101,102}', 150.50, 'Pending', NULL),
    ('ORD112', 2, '{103}', 75.25, 'Processing', NULL),
    ('ORD113', 3, '{104,105}', 220.00, 'Completed', 2.5),
    ('ORD114', 4, '{106}', 50.00, 'Pending', NULL),
    ('ORD115', 5, '{107,108}', 180.75, 'Completed', 3.1);`;

let own: TestDatabase;
let psql: Psql;

beforeAll(async () => {
  own = await createTestDatabase();
  psql = await connectPsql(own.url);
});

beforeEach(() => psql.rows(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${OLD_SCHEMA}`));

afterAll(async () => {
  await psql.end();
  await own.drop();
});

const bringUpToDate = (importTimeZone = 'UTC') => migrate({ DATABASE_URL: own.url }, () => {}, { importTimeZone });

/** An order of the old service, by the columns that matter, as SQL. */
async function insertOld(orderId: string, columns: Record<string, string>): Promise<void> {
  const all = { user_id: '1', item_ids: `'{1}'`, total_amount: '1', ...columns };
  await psql.rows(`INSERT INTO orders (order_id, ${Object.keys(all)}) VALUES ($1, ${Object.values(all)})`, [orderId]);
}

/** The order as it is after the migration. */
async function read(orderId: string): Promise<Record<string, unknown>> {
  const [row] = await psql.rows<Record<string, unknown>>(
    `SELECT *, total_amount::text AS amount, processing_time::text AS seconds, due_at <= now() AS is_due,
       lease_until <= now() AS is_lease_dead
     FROM orders WHERE order_id = $1`,
    [orderId],
  );
  return row ?? {};
}

describe('of an old order', () => {
  /** What the old one has in a column; the new one, then, in another. */
  const values: [string, Record<string, string>, Record<string, unknown>][] = [
    ...[
      ['12345.67', '12345.67'],
      ['0.1', '0.1'],
      ['0', '0'],
      ['150.50', '150.5'],
      ['16777216', '16777216'],
      ['99999.99', '99999.99'],
      ['1e12', '1000000000000'],
      ['1e30', '1000000000000000000000000000000'],
      ['3.4028235e38', '340282350000000000000000000000000000000'],
      ['1e-40', `0.${'0'.repeat(39)}1`],
      [`'Infinity'`, 'Infinity'],
      [`'NaN'`, 'NaN'],
    ].map(([real, amount]): (typeof values)[number] => [
      `an amount of ${real} is kept to the last digit that it showed`,
      { total_amount: `${real}::real` },
      { amount },
    ]),
    [
      'a status of NULL is Pending, and due',
      { status: 'NULL' },
      { status: 'Pending', is_due: true, lease_until: null },
    ],
    ['Pending is Pending, and due', { status: `'Pending'` }, { status: 'Pending', is_due: true, lease_until: null }],
    [
      'Processing has a lease that is dead, since its worker is gone, and is due',
      { status: `'Processing'` },
      { status: 'Processing', is_due: true, is_lease_dead: true },
    ],
    [
      'Completed keeps its time, and is never looked at again',
      { status: `'Completed'`, processing_time: '2.0056' },
      { status: 'Completed', seconds: '2.0056', due_at: null },
    ],
    [
      'Completed without a time stays so',
      { status: `'Completed'` },
      { status: 'Completed', processing_time: null, due_at: null },
    ],
    [
      'a time of day in summer is read in the zone that is stated',
      { created_at: `'2026-07-01 12:00:00.123456'` },
      { created_at: new Date('2026-07-01T10:00:00.123Z') },
    ],
    [
      'a time of day in winter is read in the zone that is stated',
      { created_at: `'2026-01-01 12:00:00'` },
      { created_at: new Date('2026-01-01T11:00:00Z') },
    ],
    ['no time at all becomes that of the migration', { created_at: 'NULL' }, { created_at: expect.any(Date) }],
    [
      '2,000 items are kept in their order',
      { item_ids: 'ARRAY(SELECT 2001 - n FROM generate_series(1, 2000) AS n)' },
      { item_ids: Array.from({ length: 2_000 }, (_, n) => 2_000 - n) },
    ],
    ['an empty list of items stays empty', { item_ids: `'{}'` }, { item_ids: [] }],
  ];

  test('each value of an old order is kept or normalized', async () => {
    for (const [what, columns] of values) await insertOld(what, columns);

    await bringUpToDate('Europe/Berlin');

    for (const [what, , after] of values) expect({ what, ...(await read(what)) }).toMatchObject({ what, ...after });
    expect(await findInconsistencies(psql)).toEqual([]);
  });

  test('a time of an old order is read in UTC without a given zone, whatever the zone of the session', async () => {
    const name = new URL(own.url).pathname.slice(1);
    await psql.rows(`ALTER DATABASE ${name} SET timezone = 'America/New_York'`);
    await insertOld('a', { created_at: `'2026-01-01 12:00:00'` });

    await bringUpToDate();
    await psql.rows(`ALTER DATABASE ${name} RESET timezone`);

    expect((await read('a')).created_at).toEqual(new Date('2026-01-01T12:00:00Z'));
  });

  test('an id of an old order with any length and characters is kept, and the order can be processed', async () => {
    const ids = ['', 'y'.repeat(300), 'y'.repeat(100_000), '\u0001\t\n\u007f', 'a\ufffeb\uffff', ' ', '🛒'];
    for (const id of ids) await insertOld(id, {});
    await bringUpToDate();
    const lab = await forThisTest(openOrderLab({ url: own.url }));

    expect(await lab.sweep()).toBe(ids.length);
    expect(lab.queue.orderIds.sort()).toEqual([...ids].sort());
    for (const id of ids) expect(decodeMessage(encodeMessage(id)).tasks).toEqual([{ key: id }]);
    expect(await lab.process(ids)).toEqual([...ids].sort());

    expect(await psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(ids.length);
  });
});

describe('the time zone of an import', () => {
  test.each([
    ['+02:00', '10:00'],
    ['+0200', '10:00'],
    ['-05:30', '17:30'],
    ['Z', '12:00'],
    ['utc', '12:00'],
    ['europe/berlin', '11:00'],
    ['America/New_York', '17:00'],
  ])('the time zone %s is read as ISO 8601 or as a name: 12:00 there is %s in UTC', async (zone, time) => {
    await insertOld('a', { created_at: `'2026-01-15 12:00:00'` });
    await bringUpToDate(zone);
    expect((await read('a')).created_at).toEqual(new Date(`2026-01-15T${time}:00Z`));
  });

  test.each(['UTC+2', 'UTC-2', 'GMT+1', 'Foo-3', '<x>-3', 'EST5EDT4', '+2', '+25:00', '02:00', '', 'Middle/Earth'])(
    'the time zone "%s" is rejected before anything changes',
    async (zone) => {
      await insertOld('a', { created_at: `'2026-01-15 12:00:00'` });
      await expect(bringUpToDate(zone)).rejects.toThrow(`time zone "${zone}" not recognized: give a name such as`);
      expect(await psql.value(`SELECT to_regclass('schema_migrations')`)).toBeNull();
      expect((await psql.value<Date>('SELECT created_at FROM orders')).getHours()).toBe(12);
    },
  );
});

describe('values that no response can state', () => {
  const odd: [string, Record<string, string>, Record<string, unknown>, string | null][] = [
    [
      'infinity',
      { created_at: `'infinity'` },
      { created_at: new Date('9999-12-31T23:59:59.999Z') },
      'created_at was infinity',
    ],
    [
      '-infinity',
      { created_at: `'-infinity'` },
      { created_at: new Date('0001-01-01T00:00:00Z') },
      'created_at was -infinity',
    ],
    [
      'BC',
      { created_at: `'0044-03-15 12:00 BC'` },
      { created_at: new Date('0001-01-01T00:00:00Z') },
      'created_at was 0044-03-15 12:00:00+00 BC',
    ],
    [
      'year 20000',
      { created_at: `'20000-01-01'` },
      { created_at: new Date('9999-12-31T23:59:59.999Z') },
      'created_at was 20000-01-01 00:00:00+00',
    ],
    ['a NULL item', { item_ids: `'{1,NULL,2}'` }, { item_ids: [1, 2] }, 'item_ids were {1,NULL,2}'],
    ['nothing but NULL', { item_ids: `'{NULL}'` }, { item_ids: [] }, 'item_ids were {NULL}'],
    ['nested items', { item_ids: `'{{1,2},{3,4}}'` }, { item_ids: [1, 2, 3, 4] }, 'item_ids were {{1,2},{3,4}}'],
    ['items counted from 0', { item_ids: `'[0:1]={5,6}'` }, { item_ids: [5, 6] }, 'item_ids were [0:1]={5,6}'],
    [
      'a time of NaN',
      { status: `'Completed'`, processing_time: `'NaN'` },
      { processing_time: null },
      'processing_time was NaN',
    ],
    [
      'an infinite time',
      { status: `'Completed'`, processing_time: `'Infinity'` },
      { processing_time: null },
      'processing_time was Infinity',
    ],
    [
      'a negative time',
      { status: `'Completed'`, processing_time: '-1.5' },
      { processing_time: null },
      'processing_time was -1.5',
    ],
    ['an amount of NaN', { total_amount: `'NaN'` }, { amount: 'NaN' }, null],
    ['.', {}, {}, null],
    ['', {}, {}, null],
    ['an ordinary one', { status: `'Completed'`, processing_time: '2.5' }, { seconds: '2.5' }, null],
  ];
  beforeEach(async () => {
    for (const [orderId, columns] of odd) await insertOld(orderId, columns);
  });

  test('unreadable values of old orders become readable, and their history has the original', async () => {
    await bringUpToDate();

    for (const [orderId, , after, reason] of odd) {
      expect({ orderId, ...(await read(orderId)) }).toMatchObject({ orderId, ...after });
      expect(await psql.value('SELECT reason FROM order_history WHERE order_id = $1', [orderId])).toBe(reason);
    }
    expect(await findInconsistencies(psql)).toEqual([]);
    const lab = await forThisTest(openOrderLab({ url: own.url }));
    expect((await getMetrics(lab.database, 60)).counters.averageProcessingTime).toBe(2.5);
    const { orders } = await listOrders(lab.database, { owner: null }, null, 100);
    expect(orders).toHaveLength(odd.length);
    const request = httpEvent({ method: 'GET', path: '/api/v1/orders', routeKey: 'GET /api/v1/orders' });
    for (const order of orders) expect(orderSchema.safeParse(presentOrder(request, order)).error).toBeUndefined();
  });

  test('unreadable values of old orders are listed by a dry run, which changes nothing', async () => {
    const before = await psql.rows('SELECT * FROM orders ORDER BY order_id');
    const lines: string[] = [];

    await migrate({ DATABASE_URL: own.url }, (line) => lines.push(line), { importTimeZone: '+02:00', dryRun: true });

    const text = lines.join('\n');
    expect(text).toContain(
      `importing ${odd.length} orders; created_at 2026-01-15 12:00:00 is read as 2026-01-15 10:00:00 UTC`,
    );
    expect(text).toMatch(/4 orders with a created_at that is infinite .* \(such as \["/);
    expect(text).toMatch(/4 orders with item_ids with NULL/);
    expect(text).toMatch(/3 orders with a processing_time/);
    expect(text).toMatch(/1 orders with an amount that is NaN.*\["an amount of NaN"\]/);
    expect(text).toMatch(/2 orders with an id that new orders may not have/);
    expect(text).toContain('would apply 000001-orders');
    expect(lines.at(-1)).toBe('nothing was changed');
    expect(await psql.rows('SELECT * FROM orders ORDER BY order_id')).toEqual(before);
    expect(await psql.value(`SELECT to_regclass('schema_migrations')`)).toBeNull();
  });

  test('unreadable values cannot be written any more, by any client', async () => {
    await bringUpToDate();
    for (const [column, value] of [
      ['created_at', `'infinity'`],
      ['item_ids', `'{1,NULL}'`],
      ['item_ids', `'{{1,2},{3,4}}'`],
      ['processing_time', `'NaN'`],
    ])
      await expect(
        psql.rows(`INSERT INTO orders (order_id, user_id, total_amount, item_ids) VALUES ('n', 1, 1, '{}');
                   UPDATE orders SET ${column} = ${value} WHERE order_id = 'n'`),
      ).rejects.toMatchObject({ code: '23514' });
  });
});

test('orders with an unknown status are listed and rejected, and nothing changes', async () => {
  await psql.rows('ALTER TABLE orders DROP CONSTRAINT orders_status_check');
  await insertOld('a', { status: `'Shipped'` });
  await expect(bringUpToDate()).rejects.toThrow(/1 orders with a status other than .* \(such as \["a"\]\)/);
  expect(await psql.value(`SELECT to_regclass('schema_migrations')`)).toBeNull();
});

test('amounts are read to the last digit, whatever extra_float_digits and search_path the database has', async () => {
  const name = new URL(own.url).pathname.slice(1);
  await insertOld('a', { total_amount: '12345.67::real' });
  await psql.rows(`ALTER DATABASE ${name} SET extra_float_digits = 0; ALTER DATABASE ${name} SET search_path = ''`);
  try {
    await bringUpToDate();
  } finally {
    await psql.rows(`ALTER DATABASE ${name} RESET ALL`);
  }
  expect((await read('a')).amount).toBe('12345.67');
});

describe('orders beyond the bounds of today', () => {
  let lab: OrderLab;

  beforeEach(async () => {
    await psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount, status) VALUES
      ('nan', 1, '{}', 'NaN', 'Pending'), ('infinite', 1, '{}', 'Infinity', 'Processing'),
      ('much', 1, ARRAY(SELECT n FROM generate_series(1, 2000) AS n), 1e30, NULL)`);
    await bringUpToDate();
    lab = await openOrderLab({ url: own.url });
  });
  afterEach(() => lab.close());

  test('old orders beyond current limits are processed like any other', async () => {
    expect(await lab.process(['nan', 'infinite', 'much'])).toEqual(['infinite', 'much', 'nan']);

    expect(await psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(3);
    expect(await findInconsistencies(psql)).toEqual([]);
  });

  test('new orders beyond current limits cannot be created', async () => {
    await expect(
      psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('new', 1, '{}', 1e30)`),
    ).rejects.toMatchObject({ constraint: 'orders_bounds' });
  });
});

describe('the sample orders of the old service', () => {
  test('the sample orders of the old service are all imported and counted, and those not Completed are processed', async () => {
    await psql.rows(SAMPLES);
    await bringUpToDate();
    const lab = await forThisTest(openOrderLab({ url: own.url }));

    expect(
      await psql.rows('SELECT order_id, status, total_amount::text, item_ids FROM orders ORDER BY order_id'),
    ).toEqual([
      { order_id: 'ORD111', status: 'Pending', total_amount: '150.5', item_ids: [101, 102] },
      { order_id: 'ORD112', status: 'Processing', total_amount: '75.25', item_ids: [103] },
      { order_id: 'ORD113', status: 'Completed', total_amount: '220', item_ids: [104, 105] },
      { order_id: 'ORD114', status: 'Pending', total_amount: '50', item_ids: [106] },
      { order_id: 'ORD115', status: 'Completed', total_amount: '180.75', item_ids: [107, 108] },
    ]);
    expect(await findInconsistencies(psql)).toEqual([]);
    expect(
      await psql.rows(`SELECT (sum(processing_time) / sum(timed_orders))::text AS average FROM order_counters`),
    ).toEqual([{ average: expect.stringMatching(/^2\.80*$/) }]);

    await lab.sweep();
    expect(lab.queue.orderIds.sort()).toEqual(['ORD111', 'ORD112', 'ORD114']);
    await lab.process(lab.queue.orderIds);
    expect(await psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(5);
    // The worker that was at it is gone: that counts.
    expect(await lab.row('ORD112')).toMatchObject({ status: 'Completed', crashes: 1 });
  });

  test('the sample orders of the old service are imported only once', async () => {
    await psql.rows(SAMPLES);
    await bringUpToDate();
    const read = () => psql.rows('SELECT * FROM orders ORDER BY order_id');
    const before = await read();

    await bringUpToDate('Europe/Berlin');

    expect(await read()).toEqual(before);
  });

  test('the sample orders of the old service are unchanged if the migration fails', async () => {
    await psql.rows(SAMPLES);
    const read = () => psql.rows('SELECT * FROM orders ORDER BY order_id');
    const before = await read();

    await expect(bringUpToDate('Middle/Earth')).rejects.toThrow('time zone "Middle/Earth" not recognized');

    expect(await read()).toEqual(before);
    expect(
      await psql.rows(`SELECT to_regclass('order_history') AS h, to_regclass('idx_orders_status')::text AS i`),
    ).toEqual([{ h: null, i: 'idx_orders_status' }]);
    await bringUpToDate('Europe/Berlin');
    expect(await psql.value('SELECT count(*)::integer FROM orders')).toBe(5);
  });
});

test('10,000 old orders are migrated, and counted', async () => {
  await psql.rows(`INSERT INTO orders SELECT 'order-' || n, n, ARRAY[n, n + 1], n / 7.0,
    (ARRAY['Pending', 'Processing', 'Completed', NULL])[1 + n % 4],
    CASE WHEN n % 4 = 2 THEN n / 1000.0 END FROM generate_series(1, 10000) AS n`);

  await bringUpToDate();

  expect(await findInconsistencies(psql)).toEqual([]);
  expect(
    await psql.rows('SELECT status, count(*)::integer AS orders FROM orders GROUP BY status ORDER BY status'),
  ).toEqual([
    { status: 'Completed', orders: 2_500 },
    { status: 'Pending', orders: 5_000 },
    { status: 'Processing', orders: 2_500 },
  ]);
});

describe('a fresh and an imported database', () => {
  /** All that Postgres knows of our objects, in words that do not depend on object ids. */
  const DESCRIPTION = `
    SELECT 'column' AS kind, c.relname || '.' || a.attname AS name,
           concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
                     a.attcollation::regcollation, a.attstorage, pg_get_expr(d.adbin, d.adrelid),
                     col_description(c.oid, a.attnum)) AS definition
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'c')
    UNION ALL
    SELECT 'relation', relname, concat_ws(' ', relkind, relpersistence, reloptions::text, relreplident)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'constraint', conname, concat_ws(' ', conrelid::regclass, contype, convalidated, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger', tgname, concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3`;

  test('a new and an imported database have the same columns, constraints, indexes, triggers and functions', async () => {
    await psql.rows(SAMPLES);
    await bringUpToDate();
    const imported = await psql.rows(DESCRIPTION);
    await psql.rows('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await bringUpToDate();
    const fresh = await psql.rows(DESCRIPTION);

    expect(imported).toEqual(fresh);
    // The description describes: an empty one would be the same, too.
    for (const kind of ['column', 'relation', 'constraint', 'index', 'trigger', 'function'])
      expect(fresh).toContainEqual(expect.objectContaining({ kind }));
    expect(fresh).toContainEqual({
      kind: 'constraint',
      name: 'orders_bounds',
      definition: expect.stringContaining('1000'),
    });
    expect(fresh).not.toContainEqual(expect.objectContaining({ name: 'idx_orders_status' }));
  });
});
