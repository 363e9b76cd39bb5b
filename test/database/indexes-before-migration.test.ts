import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { applyMigrations } from '../../lib/database/migrations.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { ourMigrations } from '../support/contract.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';

/** From which version on each can be built. */
const INDEXES: [string, number][] = [
  ['orders_by_id_and_owner', 10],
  ['order_history_by_owner', 10],
  ['orders_by_reason', 10],
  ['order_details_of_customer', 24],
];

/** The last migration that builds one of them. */
const LAST = 25;

/** The statements that docs/deploy.md has for large tables. */
const DOCUMENTED = [
  ...readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8').matchAll(/^psql .* -c (['"])(.*)\1$/gm),
].flatMap(([, , sql]) => sql ?? []);

let own: TestDatabase;
let database: Database;

beforeEach(async () => {
  own = await createTestDatabase();
  const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  database = connectPg({ url: own.url, poolSize: 1, ...timeouts, logger: recordingLogger() });
  await database.query('DROP SCHEMA public CASCADE');
  await database.query('CREATE SCHEMA public');
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const bringUpTo = async (version: number) =>
  applyMigrations(database, (await ourMigrations()).slice(0, version), {
    importTimeZone: 'UTC',
    report: () => undefined,
  });

/** Migrates up to a version, and runs the documented commands for the tables that it has. */
async function buildAt(version: number): Promise<void> {
  await bringUpTo(version);
  for (const sql of DOCUMENTED) if (version >= 24 === /order_details/.test(sql)) await database.query(sql);
}

const built = () =>
  database.query<{ name: string; id: string }>(
    `SELECT relname::text AS name, oid::text AS id FROM pg_class
     WHERE relname IN (SELECT json_array_elements_text($1::json)) ORDER BY relname`,
    [JSON.stringify(INDEXES.map(([name]) => name))],
  );

test('a migration finds the indexes that the documented commands have built before it', async () => {
  await buildAt(10);
  await buildAt(24);
  const before = await built();
  expect(before.map(({ name }) => name)).toEqual(INDEXES.map(([name]) => name).sort());
  expect(await bringUpTo(LAST)).toBe(1);
  expect(await built()).toEqual(before);
});

test.each(INDEXES)('a migration refuses the index %s when its concurrent build has failed', async (name, version) => {
  await buildAt(version);
  await database.query('UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass', [name]);
  await expect(bringUpTo(LAST)).rejects.toThrow(`the index ${name} is not valid`);
});
