import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import '../support/starts-processes.ts';
import { runOrders } from './run-orders.ts';

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

const erase = (...args: string[]) => runOrders(['erase', ...args], { DATABASE_URL: database.url });

test('erase previews, erases and verifies; unfinished orders are left, and said so', async () => {
  await psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, reason)
     SELECT 'order-' || n, 7, '{}', 1, CASE n WHEN 1 THEN 'Pending' ELSE 'Completed' END, CASE n WHEN 1 THEN now() END, 'said'
     FROM generate_series(1, 251) AS n`,
  );
  expect(await erase('--user', '7', '--dry-run')).toMatchObject({
    code: 0,
    stdout: '250 orders would be erased; 1 are not finished.\n',
  });
  expect(await psql.value(`SELECT count(*)::integer FROM orders WHERE user_id = 7`)).toBe(251);

  expect(await erase('--user', '7', '--reason', 'request 118')).toMatchObject({
    code: 1,
    stdout: 'Erased 250 orders. 1 orders of this user are left.\n',
    stderr: expect.stringContaining('1 orders are not finished'),
  });
  await psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'order-1'`);
  expect(await erase('--user', '7')).toMatchObject({ code: 0 });
  expect(await psql.value(`SELECT count(*)::integer FROM orders WHERE user_id = 7 OR reason IS NOT NULL`)).toBe(0);
  expect(await psql.value(`SELECT sum(orders)::integer FROM audit WHERE action = 'orders.erased'`)).toBe(251);

  for (const args of [[], ['--user', '0'], ['--customer-ref', ''], ['--user', '1', '--customer-ref', 'c']])
    expect((await erase(...args)).code).toBe(2);
});

test('erase finds the orders of a customer_ref, and prints nothing of it', async () => {
  await psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, detail_bytes)
     VALUES ('of-customer', 7, '{}', 1, 'Completed', NULL, 1);
     INSERT INTO order_details (order_id, owner, customer_ref) VALUES ('of-customer', '', 'ada@example.com')`,
  );
  const { code, output } = await erase('--customer-ref', 'ada@example.com');
  expect([code, output]).toEqual([0, 'Erased 1 orders. 0 orders of this customer are left.\n']);
  expect(await psql.value(`SELECT count(*)::integer FROM order_details WHERE customer_ref IS NOT NULL`)).toBe(0);
});
