import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import type { Migration } from '../../lib/database/migration-files.ts';
import { applyMigrations, readApplied } from '../../lib/database/migrations.ts';
import { readCounters } from '../../lib/orders/sql/read-counters.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { DRIVERS, makeEmpty, ourMigrations, type Subject } from '../support/contract.ts';

describe.each(DRIVERS)('migrations over $name', ({ open }) => {
  let subject: Subject;
  let database: Database;
  let migrations: Migration[];

  beforeAll(async () => {
    subject = await open();
    database = subject.database;
    migrations = await ourMigrations();
  });
  beforeEach(() => makeEmpty(database));
  afterAll(() => subject?.close());

  const bringUpToDate = (some = migrations, importTimeZone = 'UTC') =>
    applyMigrations(database, some, { importTimeZone, report: () => undefined });

  test('migrations prepare an empty database only once', async () => {
    expect(await readApplied(database)).toEqual(new Map());
    expect(await bringUpToDate()).toBe(migrations.length);
    expect(await bringUpToDate()).toBe(0);
    expect(await readApplied(database)).toEqual(
      new Map(migrations.map(({ version, checksum }) => [version, checksum])),
    );
    expect(await readCounters(database)).toMatchObject({ byStatus: { Pending: 0, Completed: 0 } });
  });

  test('two concurrent migrations run only once', async () => {
    const applied = await Promise.all([bringUpToDate(), bringUpToDate()]);

    expect(applied[0] + applied[1]).toBe(migrations.length);
  });

  test('migrations import the orders of the old service', async () => {
    await database.query(`CREATE TABLE orders (
      order_id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, item_ids INTEGER[] NOT NULL,
      total_amount REAL NOT NULL CHECK (total_amount >= 0),
      status TEXT CHECK (status IN ('Pending','Processing','Completed')) DEFAULT 'Pending',
      processing_time REAL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`);
    await database.query('CREATE INDEX idx_orders_status ON orders (status)');
    await database.query(`INSERT INTO orders VALUES
      ('done', 1, '{1,2}', 12345.67, 'Completed', 2.5, '2026-07-01 12:00:00.25'),
      ('lost', 2, '{}', 0.1, 'Processing', NULL, '2026-01-01 00:00:00')`);

    await bringUpToDate(migrations, 'Europe/Berlin');

    expect(await readOrder(database, 'done', null)).toMatchObject({
      itemIds: [1, 2],
      totalAmount: '12345.67',
      status: 'Completed',
      processingTime: 2.5,
      createdAt: new Date('2026-07-01T10:00:00.250Z'),
    });
    expect(await readOrder(database, 'lost', null)).toMatchObject({
      itemIds: [],
      totalAmount: '0.1',
      status: 'Processing',
      createdAt: new Date('2025-12-31T23:00:00Z'),
    });
    expect(await readHistory(database, 'lost', null)).toEqual([
      expect.objectContaining({ from: null, to: 'Processing', reasonCode: 'imported', actor: 'migration' }),
    ]);
    expect((await readCounters(database)).byStatus).toMatchObject({ Processing: 1, Completed: 1 });
  });

  test('a failed migration is rolled back', async () => {
    const broken = {
      version: 1,
      name: '000001-broken',
      checksum: 'b',
      statements: ['CREATE TABLE half (id integer)', 'SELECT nothing'],
    };

    await expect(bringUpToDate([broken])).rejects.toMatchObject({ kind: 'defect', sqlState: '42703' });

    expect(await database.query(`SELECT to_regclass('half') IS NULL AS gone`)).toEqual([{ gone: true }]);
    expect(await readApplied(database)).toEqual(new Map());
  });
});
