import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { type ApplyOptions, applyMigrations } from '../../lib/database/migrations.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { ourMigrations } from '../support/contract.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';

let own: TestDatabase;
let psql: Psql;
let database: Database;
let service: Database;

beforeEach(async () => {
  own = await createTestDatabase();
  psql = await connectPsql(own.url);
  const options = { url: own.url, poolSize: 2, connectTimeoutMs: 10_000, logger: recordingLogger() };
  database = connectPg({ ...options, statementTimeoutMs: 60_000 });
  service = connectPg({ ...options, statementTimeoutMs: 2_000 });
  await psql.rows('BEGIN');
  await psql.rows('SELECT 1 FROM orders LIMIT 1');
});
afterEach(async () => {
  await psql.end();
  await database.close();
  await service.close();
  await own.drop();
});

async function addColumn(options: Partial<ApplyOptions>): Promise<number> {
  const known = await ourMigrations();
  const next = {
    version: known.length + 1,
    name: 'next',
    checksum: '',
    statements: ['ALTER TABLE orders ADD x integer'],
  };
  return applyMigrations(database, [...known, next], { importTimeZone: 'UTC', report: () => undefined, ...options });
}

test('a migration lets requests through while a long transaction blocks it, names its owner, and finishes after it', async () => {
  const reasons: string[] = [];
  let done = false;
  const migrating = addColumn({
    waiting: (reason) => {
      reasons.push(reason);
      if (reasons.length === 2) void psql.rows('COMMIT');
    },
  }).finally(() => {
    done = true;
  });

  let reads = 0;
  while (!done) {
    await service.query('SELECT count(*)::integer AS orders FROM public.orders');
    reads += 1;
  }

  expect(await migrating).toBe(1);
  expect(reads).toBeGreaterThan(0);
  expect(reasons[0]).toMatch(
    new RegExp(
      `^next waits for a lock: process ${psql.backendPid} \\(postgres, psql\\) has had a transaction open for \\d+ s$`,
    ),
  );
});

test('a migration that waits too long fails, names what blocks it, and is rolled back', async () => {
  await expect(addColumn({ lockPatienceMs: 1 })).rejects.toThrow(
    `process ${psql.backendPid} (postgres, psql) has had a transaction open`,
  );
  await psql.rows('COMMIT');
  expect(await addColumn({})).toBe(1);
});
