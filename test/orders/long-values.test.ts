import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderKey } from '../../lib/order-key.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { PermanentFailure } from '../../lib/processors/processor.ts';
import { anOrder, type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

/** Four bytes per character, and random, so that Postgres cannot compress it: an entry of an index has at most 2,704 bytes. */
const long = (length: number) =>
  Array.from({ length }, () => String.fromCodePoint(randomInt(0x1_0000, 0x10_fffe))).join('');

test('an order whose texts are all as long as allowed is created, with others in its commit, signalled, failed and listed', async () => {
  const [owner, orderId, customerRef] = [long(255), long(255), long(255)];
  const order = anOrder({ orderId, details: { customerRef } });
  expect(await Promise.all([lab.create(order, { owner }), lab.create(anOrder())])).toEqual(['created', 'created']);
  const keyed = anOrder({ orderId: long(255), details: { customerRef } });
  expect(await lab.create(keyed, { owner, idempotencyKey: 'k'.repeat(255) })).toBe('created');
  const signal = { orderId, owner, run: null, name: long(100), payload: '1' };
  expect(await signalOrder(lab, signal, 'ada')).toBe('stored');

  await lab.process([{ key: orderKey({ orderId, owner }) }], {
    processor: async (_, { step }) => {
      await step(long(100), async () => 'held', { undo: () => undefined });
      throw new PermanentFailure(long(50), long(250));
    },
  });

  const { orders } = await listOrders(lab.database, { owner, customerRef }, null, 10);
  expect(orders.map((each) => each.orderId)).toEqual([keyed.orderId, orderId]);
});
