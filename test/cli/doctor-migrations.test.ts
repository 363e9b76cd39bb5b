import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrations } from '../../cli/doctor/migrations.ts';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { ourMigrations } from '../support/contract.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createTestDatabase();
  const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  database = connectPg({ url: own.url, poolSize: 1, ...timeouts, logger: recordingLogger() });
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

test('the doctor says that a migration waits for a deployment, and never as missing, however long it waits', async () => {
  const known = await ourMigrations();
  const waiting = known.find(({ waitsFor }) => waitsFor !== undefined);
  const check = migrations(database, known, async () => 1);
  expect([await check.find(), await check.later?.()]).toEqual([[], []]);

  await database.query('DELETE FROM public.schema_migrations WHERE name = $1::text', [waiting?.name ?? '']);
  expect([await check.find(), await check.later?.()]).toEqual([
    [],
    [expect.stringMatching(new RegExp(`^${waiting?.name} waits: code from before ${waiting?.waitsFor} cannot work`))],
  ]);

  await database.query(`UPDATE public.schema_migrations SET applied_at = now() - interval '2 hours'`);
  expect([await check.find(), await check.later?.()]).toEqual([[], [expect.stringContaining(' waits: ')]]);
});
