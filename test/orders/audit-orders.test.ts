import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setProcessing } from '../../lib/orders/processing.ts';
import { countReused, findCounterDrift, findOverdue, recount } from '../../lib/orders/sql/audit-orders.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

/** Seconds that the doctor allows the sweep. */
const GRACE = 180;

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab();
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders, processing_control');
});
afterAll(() => lab.close());

describe('counting again', () => {
  test('recounting waits for a writer that has not committed, and counts its orders', async () => {
    await lab.insert('a');
    await lab.psql.rows('UPDATE order_counters SET pending = pending + 3');
    const writer = await lab.openPsql();
    await writer.rows(`BEGIN; INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('b', 1, '{}', 1)`);

    const counting = recount(lab.database);
    await waitForLockWaits(lab.psql, 1);
    await writer.rows('COMMIT');
    await counting;

    expect(await lab.psql.value('SELECT sum(pending)::integer FROM order_counters')).toBe(2);
    expect(await findCounterDrift(lab.database)).toEqual([]);
  });
});

test('an order with the id of a deleted one is found, as a restore without triggers may leave it', async () => {
  await lab.insert('a', 'b');
  await lab.psql.rows(`INSERT INTO order_tombstones (order_id, owner) VALUES ('a', ''), ('b', 'another'), ('c', '')`);
  expect(await countReused(lab.database)).toBe(1);
});

describe('overdue orders', () => {
  const control = async (paused: boolean, secondsAgo: number) => {
    await setProcessing(lab, paused, { actor: 'operator', reason: null });
    await lab.psql.rows(`UPDATE processing_control SET since = now() - $1::integer * interval '1 second'`, [
      secondsAgo,
    ]);
  };
  const overdue = async () => (await findOverdue(lab.database, GRACE)).orders;

  beforeEach(async () => {
    await lab.insert('a', 'b');
    await lab.psql.rows(`UPDATE orders SET due_at = now() - interval '4 minutes' WHERE order_id = 'a'`);
    await lab.psql.rows(`UPDATE orders SET due_at = now() - interval '2 minutes' WHERE order_id = 'b'`);
  });

  test('overdue orders have been due for longer than the grace period', async () => {
    expect(await findOverdue(lab.database, GRACE)).toEqual({ orders: 1, oldestSeconds: expect.closeTo(240, -1) });
  });

  test('no orders are overdue while processing is paused', async () => {
    await control(true, 3_600);
    expect(await overdue()).toBe(0);
  });

  test('no orders are overdue during the grace period after processing was resumed', async () => {
    await control(true, 3_600);
    await control(false, GRACE - 10);
    expect(await overdue()).toBe(0);

    await control(false, GRACE + 10);
    expect(await overdue()).toBe(1);
  });
});
