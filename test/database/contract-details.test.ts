import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import type { OrderDetails } from '../../lib/orders/order.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import type { Position } from '../../lib/orders/sql/list-position.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import type { ProcessorOrder } from '../../lib/processors/processor.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder } from '../support/order-lab.ts';

const DETAILS: OrderDetails = {
  currency: 'EUR',
  customerRef: 'é😀"\'\\:p1 $1 ~',
  metadata: { k: 'v' },
  items: [{ sku: 'MUG', quantity: 2, unitPrice: '4.750' }],
};

/** About 170 kB of JSON: more than a row of the Data API may have. */
const LARGE: OrderDetails = {
  metadata: { ['😀'.repeat(40)]: '😀"\\'.repeat(125) },
  items: Array.from({ length: 1_000 }, (_, n) => ({
    sku: `${n} ${'😀'.repeat(25)}`,
    quantity: n + 1,
    unitPrice: '1.00',
  })),
};

describe.each(DRIVERS)('the details of orders over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const detailsOf = async (orderId: string, owner: string | null = null) =>
    (await readOrder(database, orderId, owner))?.details;
  const rows = () => database.query('SELECT order_id, owner FROM public.order_details ORDER BY 1, 2');

  test('details are stored, read and passed to the processor unchanged, whatever their size', async () => {
    const orders = { small: DETAILS, large: LARGE, none: undefined };
    for (const [orderId, details] of Object.entries(orders)) await cases.create(anOrder({ orderId, details }));
    const seen = new Map<string, ProcessorOrder>();

    await cases.process(Object.keys(orders), { processor: async (order) => void seen.set(order.orderId, order) });

    for (const [orderId, details] of Object.entries(orders)) {
      expect(await detailsOf(orderId)).toEqual(details);
      const { currency = null, customerRef = null, metadata = {}, items = [] } = details ?? {};
      expect(seen.get(orderId)).toMatchObject({ currency, customerRef, metadata, items });
    }
  });

  test('concurrent creates with and without details keep them apart', async () => {
    const orders = Array.from({ length: 60 }, (_, n) =>
      anOrder(n % 3 === 0 ? {} : { details: { customerRef: `customer ${n}` } }),
    );
    await Promise.all([...orders, ...orders].map((order) => cases.create(order)));

    for (const { orderId, details } of orders) expect(await detailsOf(orderId)).toEqual(details);
    expect(await rows()).toHaveLength(40);
  });

  test('a page ends early when its orders are large, and the next one continues', async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) await cases.create(anOrder({ orderId: `large-${n}`, details: LARGE }));
    const pages: (string[] | undefined)[] = [];
    for (let after: Position | null | undefined; after !== null; ) {
      const page = await listOrders(database, { owner: null }, after ?? null, 100);
      expect(page.orders.every(({ details }) => details?.items?.length === 1_000)).toBe(true);
      pages.push(page.orders.map(({ orderId }) => orderId));
      after = page.next;
    }
    expect(pages.flat()).toEqual(['large-6', 'large-5', 'large-4', 'large-3', 'large-2', 'large-1']);
    expect(pages.length).toBeGreaterThan(1);
  });

  test('details belong to one owner, and follow the order to another one', async () => {
    for (const owner of ['alice', 'bob'])
      await cases.create(anOrder({ orderId: 'same', details: { customerRef: owner } }), { owner });
    await database.query(`UPDATE public.orders SET owner = 'carol' WHERE owner = 'bob'`);

    expect(await detailsOf('same', 'alice')).toEqual({ customerRef: 'alice' });
    expect(await detailsOf('same', 'carol')).toEqual({ customerRef: 'bob' });
  });

  test('details are deleted with their order, and only with it', async () => {
    for (const orderId of ['a', 'b', 'c']) await cases.create(anOrder({ orderId, details: DETAILS }));
    await database.query(`DELETE FROM public.orders WHERE order_id = 'a'`);
    expect(await rows()).toEqual([
      { order_id: 'b', owner: '' },
      { order_id: 'c', owner: '' },
    ]);

    await database.query('TRUNCATE public.orders');
    expect(await rows()).toEqual([]);
  });

  test('an order whose details cannot be read is released without an attempt, and the others of its batch are processed', async () => {
    await cases.create(anOrder({ orderId: 'detailed', details: DETAILS }));
    await cases.create(anOrder({ orderId: 'plain' }));
    await database.query('ALTER TABLE public.order_details RENAME TO away');
    try {
      await cases.process(['detailed', 'plain']);
      expect(await cases.statusOf('plain')).toBe('Completed');
    } finally {
      await database.query('ALTER TABLE public.away RENAME TO order_details');
    }
    expect(await readOrder(database, 'detailed', null)).toMatchObject({ status: 'Pending', attempts: 0, crashes: 0 });

    await cases.process(['detailed']);
    expect(await cases.statusOf('detailed')).toBe('Completed');
  });
});
