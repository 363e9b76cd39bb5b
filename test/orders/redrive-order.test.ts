import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { redriveOrder } from '../../lib/orders/redrive-order.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

test('redriving an order that another transaction has locked briefly is retried, not failed', async () => {
  await lab.insert('a');
  await lab.process(['a'], {
    retryPolicy: { maxAttempts: 1, baseMs: 1, maxMs: 1 },
    processor: async () => {
      throw new Error('no');
    },
  });
  const other = await lab.openPsql();
  await other.rows('BEGIN; SELECT FROM orders FOR UPDATE');
  lab.statements.length = 0;
  const deps = { database: lab.database, queue: lab.queue, resendAfterSeconds: 60, maxRedrives: 1 };

  const redriving = redriveOrder(deps, 'a', null, { actor: 'operator', reason: 'the bank is back' });
  // Redriving, counting and reading: the first run is about to find that the order is locked.
  await waitUntil('the first run is over', () => lab.statements.length >= 3);
  await other.rows('COMMIT');

  expect(await redriving).toMatchObject({ order: { orderId: 'a', status: 'Pending', redrives: 1 } });
});
