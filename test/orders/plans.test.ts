import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadMinutes, loadOrders } from '../../bench/data/load-orders.ts';
import { type Explained, explaining } from '../../bench/plans/explaining-database.ts';
import { hotStatements, rareStatements, type Statement } from '../../bench/plans/statements.ts';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';

/** Enough for reading all of them to cost more than any index does. */
const ORDERS = 20_000;

/** These look for orders of which they have the ids; only the primary key finds them at a cost that nothing else changes. */
const BY_ID = /^(find conflicts|hasten|postpone|claim|finish|read one|cancel one|dead letters)/;

/** Small whatever happens: one row, and one a slot. */
const SMALL = /^Seq Scan (processing_control|order_counters)$/;

describe('with many orders in the table', () => {
  let own: TestDatabase;
  let database: Database;
  let explained: Explained[] = [];

  beforeAll(async () => {
    own = await createTestDatabase();
    const client = new pg.Client(own.url);
    await client.connect();
    await loadOrders(client, ORDERS, () => undefined);
    await loadMinutes(client);
    await client.end();
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

  test.each(statements)('$name reads orders by an index', async (statement) => {
    const scans = await scansOf(statement);
    expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
    if (BY_ID.test(statement.name))
      expect(scans.filter((scan) => !/^Index (Only )?Scan orders_(pkey|idempotency_key)$/.test(scan))).toEqual([]);
  });

  test.each(rareStatements())('$name does not read all orders', async (statement) => {
    const scans = await scansOf(statement);
    expect(scans).not.toContain('Seq Scan orders');
    expect(scans).not.toContain('Seq Scan order_history');
  });
});
