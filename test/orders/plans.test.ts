import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadMinutes, loadOrders, loadTombstones } from '../../bench/data/load-orders.ts';
import { type Explained, explaining } from '../../bench/plans/explaining-database.ts';
import { hotStatements, rareStatements, type Statement } from '../../bench/plans/statements.ts';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';

/** So many that reading all of them costs more than using any index. */
const ORDERS = 20_000;

/** Only these indexes find orders by id at a cost that nothing else changes. */
const BY_ID = /^Index (Only )?Scan orders_(pkey|by_id_and_owner|idempotency_key)$/;

/** The index in the order of creation, and those that find the orders of a page by their ids. */
const BY_CREATION = /^Index Scan orders_(by_creation|pkey|by_id_and_owner)$/;
/** The same, with the details and the history of the orders. */
const WITH_HISTORY =
  /^Index Scan (orders_(by_creation|pkey|by_id_and_owner)|order_details_pkey|order_history_(pkey|by_owner))$/;

/** The indexes with which each statement finds its orders, in the order that it needs, so that it does not have to sort others. */
const FINDS_BY: Readonly<Record<string, RegExp>> = {
  'find conflicts of 100': /^Index (Only )?Scan (orders_(pkey|by_id_and_owner|idempotency_key)|order_tombstones_pkey)$/,
  'read details of 100': /^Index Scan order_details_pkey$/,
  'make due 100': BY_ID,
  'postpone 100': BY_ID,
  'claim 100': BY_ID,
  'finish 100': BY_ID,
  // With its steps and their signals, by their keys.
  'read one': /^Index (Only )?Scan (orders|order_steps|order_signals)_(pkey|by_id_and_owner)$/,
  'cancel one': BY_ID,
  // With its steps, signals and details, by their keys.
  'change one': /^Index (Only )?Scan (orders|order_steps|order_signals|order_details)_(pkey|by_id_and_owner)$/,
  'dead letters by id': BY_ID,
  'delete 100 finished': /^Index Scan orders_(by_status|pkey|by_id_and_owner)$/,
  'find 500 due': /^Index Scan orders_due$/,
  'read its history': /^Index Scan (order_history_(pkey|by_owner)|orders_(pkey|by_id_and_owner))$/,
  'list, newest': /^Index Scan (orders_(by_creation|pkey|by_id_and_owner)|order_details_pkey)$/,
  'list, of a user': /^Index Scan orders_(by_user|pkey|by_id_and_owner)$/,
  'list, Completed': /^Index Scan orders_(by_status|pkey|by_id_and_owner)$/,
  'list, Failed': /^Index Scan orders_(by_status|pkey|by_id_and_owner)$/,
  // Few orders have this code, so that Postgres may read and sort all of them. With many, list-orders.test.ts counts what it reads.
  'list, of a reason code':
    /^(Index Scan|Bitmap Index Scan) orders_(by_reason|pkey|by_id_and_owner)$|^Bitmap Heap Scan orders$/,
  'list, Failed of a user': /^Index Scan orders_(by_user|pkey|by_id_and_owner)$/,
  'list, of an id prefix': BY_CREATION,
  'list, of an owner': /^Index Scan orders_(by_owner|pkey|by_id_and_owner)$/,
  // Postgres may sort these, too: few orders have this customer.
  'list, of a customer':
    /^(Index Scan|Index Only Scan|Bitmap Index Scan) (order_details_(of_customer|pkey)|orders_(pkey|by_id_and_owner))$|^Bitmap Heap Scan order_details$/,
  'list, with metadata': /^Index Scan (orders_(by_creation|pkey|by_id_and_owner)|order_details_pkey)$/,
  'list, updated': WITH_HISTORY,
  'list, updated just now': WITH_HISTORY,
  'list, of a day': BY_CREATION,
  'list, of a day and an id prefix': BY_CREATION,
  'window of 60 minutes': /order_minutes(_pkey)?$/,
  // All Pending orders, up to 50,000.
  'busy owners': /^(Index Scan|Bitmap Index Scan) orders_(by_status|waiting)$|^Bitmap Heap Scan orders$/,
  'longest wait': /^Index (Only )?Scan orders_waiting$/,
};

/** Always small: one row, or one row per slot. */
const SMALL = /^Seq Scan (processing_control|order_counters|busy_owners)$/;

describe('with many orders in the table', () => {
  let own: TestDatabase;
  let database: Database;
  let psql: Psql;
  let explained: Explained[] = [];

  beforeAll(async () => {
    own = await createTestDatabase();
    const client = new pg.Client(own.url);
    await client.connect();
    await loadOrders(client, ORDERS, () => undefined);
    await loadMinutes(client);
    await loadTombstones(client, ORDERS);
    await client.end();
    psql = await connectPsql(own.url);
    const connection = {
      url: own.url,
      poolSize: 1,
      statementTimeoutMs: 60_000,
      connectTimeoutMs: 10_000,
      logger: recordingLogger(),
    };
    database = explaining(connectPg(connection), (one) => explained.push(one));
  });

  afterAll(async () => {
    await psql?.end();
    await database?.close();
    await own?.drop();
  });

  async function scansOf({ run }: Statement): Promise<string[]> {
    explained = [];
    await run(database);
    expect(explained.length).toBeGreaterThan(0);
    return explained.flatMap(({ scans }) => scans).filter((scan) => !SMALL.test(scan));
  }

  const statements = hotStatements(ORDERS);

  test.each(statements)(
    '$name reads orders by the intended index, and does not compare every row with every other',
    async (statement) => {
      const scans = await scansOf(statement);
      expect(Math.max(...explained.map(({ rejectedPairs }) => rejectedPairs))).toBeLessThan(1_000);
      expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
      expect(scans.filter((scan) => !FINDS_BY[statement.name]?.test(scan))).toEqual([]);
    },
  );

  test('a plan for any owner lists its orders by their index, which leaves out orders without an owner', async () => {
    explained = [];
    await statements.find(({ name }) => name === 'list, of an owner')?.run(database);
    const rows = await psql.rows<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${explained[0]?.sql}`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
      /Index (Only )?Scan Backward using orders_by_owner/,
    );
  });

  test('the causes of failure are counted from an index, without reading the orders', async () => {
    await psql.rows('VACUUM ANALYZE orders');
    const [causes] = rareStatements().filter(({ name }) => name === 'causes of failure');
    expect(await scansOf(causes as Statement)).toEqual(['Index Only Scan orders_failed']);
  });

  test('the trigger does not compare every updated order with every other, in a session that has updated one before', async () => {
    const client = new pg.Client(own.url);
    await client.connect();
    await client.query(`LOAD 'auto_explain'`);
    const settings = ['log_min_duration = 0', 'log_analyze = on', 'log_nested_statements = on'];
    for (const setting of settings) await client.query(`SET auto_explain.${setting}`);
    await client.query('SET client_min_messages = log');
    let plans = '';
    client.on('notice', ({ message }) => {
      plans += message;
    });
    const update = (orders: number) =>
      client.query(
        `UPDATE orders SET user_id = user_id + 1 WHERE order_id IN (SELECT order_id FROM orders ORDER BY order_id LIMIT ${orders})`,
      );
    await update(1);
    await update(200);
    await client.end();

    // Its four statements that read the old rows, in both updates.
    expect(plans.match(/(FROM|JOIN) old_rows/g)).toHaveLength(8);
    const rejected = [...plans.matchAll(/Rows Removed by Join Filter: (\d+)/g)].map(([, rows]) => Number(rows));
    expect(Math.max(...rejected)).toBeLessThan(1_000);
  });

  test.each(rareStatements())('$name does not read all orders', async (statement) => {
    const scans = await scansOf(statement);
    expect(scans).not.toContain('Seq Scan orders');
    expect(scans).not.toContain('Seq Scan order_history');
  });
});
