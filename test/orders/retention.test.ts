import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { deleteFinishedOrders } from '../../lib/orders/delete-finished.ts';
import { deleteFinished, OLDEST } from '../../lib/orders/sql/delete-finished.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { anOrder, type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
afterEach(async () => {
  expect(await findInconsistencies(lab.psql)).toEqual([]);
  await lab.psql.rows('TRUNCATE orders');
});
afterAll(() => lab.close());

const order = anOrder({ orderId: 'old' });

/** Creates and completes orders, 40 days ago. */
async function expire(ids: readonly string[] = ['old'], { create, process, psql }: OrderLab = lab): Promise<void> {
  for (const orderId of ids) await create(anOrder({ orderId }));
  await process(ids);
  await psql.rows(
    `UPDATE orders SET created_at = now() - interval '40 days', finished_at = now() - interval '40 days'`,
  );
}

/** Deletes what was finished more than 30 days ago, and returns the number of orders. */
const deleteExpired = ({ database, logger }: OrderLab = lab) =>
  deleteFinishedOrders({ database, logger, retention: { days: 30, failedDays: 30 } }, () => 60_000);

test('a create that waits for the deletion of the order with its id is a duplicate', async () => {
  await expire();
  let creating: Promise<unknown> | undefined;
  await lab.database.transaction(async (transaction) => {
    expect(await deleteFinished(transaction, { status: 'Completed', days: 30 }, OLDEST, 10)).toMatchObject({
      deleted: 1,
    });
    creating = lab.create(order);
    await waitForLockWaits(lab.psql, 1);
  });
  expect(await creating).toBe('duplicate');
});

test('creates of deleted ids do not fail the others of their commit, and take two inserts, however many they are', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  await expire(ids);
  expect(await deleteExpired()).toBe(ids.length);
  lab.statements.length = 0;

  const outcomes = await Promise.all(['new', ...ids].map((orderId) => lab.create(anOrder({ orderId }))));

  expect(outcomes).toEqual(['created', ...ids.map(() => 'duplicate')]);
  expect(lab.statements.filter((sql) => sql.includes('INSERT INTO public.orders'))).toHaveLength(2);
});

test('an order that another transaction holds is left for the next run', async () => {
  await expire();
  const other = await lab.openPsql();
  await other.rows('BEGIN');
  await other.rows('SELECT FROM orders FOR UPDATE');
  expect(await deleteExpired()).toBe(0);
  await other.rows('COMMIT');
  expect(await deleteExpired()).toBe(1);
});

test('orders that take too long to delete in one statement are deleted a few at a time', async () => {
  const slow = await openOrderLab({ statementTimeoutMs: 1_500 });
  try {
    await expire(['a', 'b', 'c'], slow);
    await slow.psql.rows(`
      CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN OLD; END $$;
      CREATE TRIGGER take_long BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION take_long()`);
    expect(await deleteExpired(slow)).toBe(3);
  } finally {
    await slow.close();
  }
});
