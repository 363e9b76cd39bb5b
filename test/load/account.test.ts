import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accountFor } from '../../load/handlers/account.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';

let database: TestDatabase;
let psql: Psql;

beforeAll(async () => {
  database = await createTestDatabase();
  psql = await connectPsql(database.url);
});
afterAll(async () => {
  await psql.end();
  await database.drop();
});

test('npm run load:jest counts an accepted order that is not stored as lost, and one that was completed twice as doubled', async () => {
  await psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, finished_at)
     SELECT unnest('{good,twice}'::text[]), 1, '{}', 1, 'Completed', NULL, now()`,
  );
  await psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('waiting', 1, '{}', 1)`);
  await psql.rows(
    `INSERT INTO order_history (order_id, at, from_status, to_status, attempt, token, actor)
     VALUES ('twice', now(), 'Processing', 'Completed', 2, 2, 'worker')`,
  );

  expect(await accountFor(psql, ['good', 'twice', 'waiting', 'gone'])).toEqual({
    lost: ['gone'],
    doubled: ['twice'],
    unfinished: ['waiting'],
  });
});
