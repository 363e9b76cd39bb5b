import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { setProcessing } from '../../lib/orders/processing.ts';
import { redriveOrder } from '../../lib/orders/redrive-order.ts';
import { findOverdue } from '../../lib/orders/sql/audit-orders.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { countFailures } from '../../lib/orders/sql/count-failures.ts';
import { findDueOrders } from '../../lib/orders/sql/due-orders.ts';
import type { OrderFilter } from '../../lib/orders/sql/list-conditions.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import type { Position } from '../../lib/orders/sql/list-position.ts';
import { readLongestWait } from '../../lib/orders/sql/longest-wait.ts';
import { readProcessing } from '../../lib/orders/sql/processing-control.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, HARD, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder, verdictOn } from '../support/order-lab.ts';

describe.each(DRIVERS)('the use cases of the API over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  /** In the form of a list and of the response to a change. */
  async function readWithoutSteps(orderId: string) {
    const { steps: _, version: __, ...order } = (await readOrder(database, orderId, null)) ?? {};
    return order;
  }

  describe('list', () => {
    const idsOf = async (filter: Partial<OrderFilter>, after: Position | null = null, limit = 100) =>
      (await listOrders(database, { owner: null, ...filter }, after, limit)).orders.map(({ orderId }) => orderId);

    test('orders are listed in the same form as they are read, without their steps, page by page, by each filter', async () => {
      await cases.create(HARD, { owner: 'an owner' });
      await cases.create(anOrder({ orderId: 'b' }));
      await database.query(`UPDATE orders SET created_at = '2026-11-01 12:00:00.123456+00'`);

      const first = await listOrders(database, { owner: null }, null, 1);
      expect(first).toEqual({
        orders: [await readWithoutSteps(HARD.orderId)],
        next: { createdAt: '1793534400.123456', orderId: HARD.orderId, owner: 'an owner' },
      });
      expect(await idsOf({}, first.next)).toEqual(['b']);
      expect(await idsOf({ userId: HARD.userId, status: 'Pending', owner: 'an owner' })).toEqual([HARD.orderId]);
      expect(await idsOf({ idPrefix: HARD.orderId.slice(0, 5) })).toEqual([HARD.orderId]);
      expect(await idsOf({ idPrefix: 'b', userId: HARD.userId })).toEqual([]);
      expect(await idsOf({ owner: 'another' })).toEqual([]);
      expect(await idsOf({ reasonCode: 'timed_out' })).toEqual([]);
      expect(await idsOf({ userId: 7, createdFrom: new Date(Date.UTC(2026, 10, 1)) }, first.next)).toEqual(['b']);
      expect(await idsOf({ status: 'Pending', createdTo: new Date(Date.UTC(2026, 10, 1)) })).toEqual([]);
    });

    test('a page of the longest orders fits into a result of the driver', async () => {
      const itemIds = Array.from({ length: 1_000 }, () => -2_147_483_648);
      const long = (n: number) =>
        anOrder({ orderId: `${n}${'😀'.repeat(250)}`, itemIds, totalAmount: `1.${'7'.repeat(900)}` });
      await Promise.all(Array.from({ length: 40 }, (_, n) => cases.create(long(n))));
      const page = await listOrders(database, { owner: null }, null, 100);
      expect(page.orders).toHaveLength(30);
      expect(await idsOf({}, page.next)).toHaveLength(10);
    });

    test('a list is limited to the owner, like reading and changing one order', async () => {
      const { orderId } = anOrder();
      await cases.create(anOrder({ orderId }), { owner: 'theirs' });
      expect(await readOrder(database, orderId, 'another')).toBeUndefined();
      expect(await readHistory(database, orderId, 'another')).toEqual([]);
      expect(await readHistory(database, orderId, 'theirs')).toHaveLength(1);
      expect(await cancelOrder(database, orderId, 'another', { actor: 'x', reason: 'y' })).toBeUndefined();
      expect(await cancelOrder(database, orderId, 'theirs', { actor: 'x', reason: 'y' })).toHaveProperty('order');
    });
  });

  test('a Pending order is cancelled, and other orders report why not', async () => {
    await cases.create(HARD);
    const change = { actor: 'a client', reason: `it's "é"` };
    const cancelled = await cancelOrder(database, HARD.orderId, null, change);
    expect(cancelled).toEqual({ order: await readWithoutSteps(HARD.orderId) });
    expect(cancelled).toMatchObject({
      order: { status: 'Cancelled', finishedAt: expect.any(Date), reason: `it's "é"` },
    });
    expect((await readHistory(database, HARD.orderId, null)).at(-1)).toMatchObject({ actor: 'a client' });
    expect(await cancelOrder(database, HARD.orderId, null, change)).toEqual({ status: 'Cancelled' });
    expect(await cancelOrder(database, 'nobody', null, change)).toBeUndefined();
  });

  test('the history of an order with more entries than a response takes ends with its latest one', async () => {
    await cases.insert('a');
    await database.query(
      `INSERT INTO public.order_history (order_id, owner, at, from_status, to_status, attempt, token, actor)
       SELECT 'a', '', now(), 'Pending', 'Pending', 0, 0, 'worker ' || n FROM generate_series(1, 1000) AS n`,
    );
    const actors = (await readHistory(database, 'a', null)).map(({ actor }) => actor);
    expect(actors).toEqual(Array.from({ length: 1_000 }, (_, n) => `worker ${n + 1}`));
  });

  test('while processing is paused, claims and the sweep take nothing; after it is resumed, consumed messages are sent again', async () => {
    expect(await readProcessing(database)).toEqual({ paused: false, since: null, actor: null, reason: null });
    await cases.insert('a', 'b');
    await cases.claim(['b']);
    await cases.killLease('b');
    const change = { actor: 'operator', reason: 'maintenance' };
    const paused = await setProcessing(cases.shared, true, change);
    expect(paused).toEqual({ paused: true, since: expect.any(Date), ...change });
    expect(await setProcessing(cases.shared, true, { actor: 'another', reason: null })).toEqual(paused);

    expect((await cases.claim(['a', 'b', 'nobody'])).unclaimed).toEqual(
      new Map([
        ['a', 'paused'],
        ['b', 'paused'],
        ['nobody', 'unknown'],
      ]),
    );
    expect((await cases.claim(['b'], { suspects: true })).unclaimed.get('b')).toBe('paused');
    expect(await cases.process(['a', 'b', 'nobody'])).toEqual(new Set(['a', 'b']));
    expect(await findDueOrders(database, 10)).toEqual([]);
    await cases.makeDue();
    expect(await findOverdue(database, 0)).toEqual({ orders: 0, oldestSeconds: 0 });

    expect(await setProcessing(cases.shared, false, { actor: 'operator', reason: null })).toMatchObject({
      paused: false,
    });
    expect((await findDueOrders(database, 10)).map(({ orderId }) => orderId).sort()).toEqual(['a', 'b']);
    expect(await cases.process(['a', 'b'])).toEqual(new Set(['a', 'b']));
    expect(await Promise.all(['a', 'b'].map((id) => cases.statusOf(id)))).toEqual(['Completed', 'Completed']);
  });

  test('one order is redriven, or reports why not', async () => {
    await cases.insert('a');
    const change = { actor: 'operator', reason: 'mended' };
    const once = (orderId: string) => redriveOrder({ ...cases.shared, maxRedrives: 1 }, orderId, null, change);
    expect(await once('a')).toEqual({ status: 'Pending' });
    expect(await once('nobody')).toBeUndefined();
    const fail = async () => {
      const { claims } = await cases.claim(['a']);
      await cases.finish(...claims.map((each) => verdictOn(each, { status: 'Failed', reasonCode: 'no' })));
    };
    await fail();
    expect(await once('a')).toEqual({ order: await readOrder(database, 'a', null) });
    expect(cases.queue.orderIds).toEqual(['a']);
    await fail();
    expect(await once('a')).toEqual({ capped: 1 });
  });

  test('Failed orders are counted by cause', async () => {
    await cases.insert('a', 'b', 'c');
    const { claims } = await cases.claim(['a', 'b', 'c']);
    await cases.finish(
      ...claims.map((each) => verdictOn(each, { status: 'Failed', reasonCode: each.orderId === 'a' ? 'x' : 'y' })),
    );
    const group = { oldest: expect.any(Date), newest: expect.any(Date) };
    expect(await countFailures(database, null)).toEqual([
      { reasonCode: 'y', orders: 2, ...group },
      { reasonCode: 'x', orders: 1, ...group },
    ]);
    expect(await countFailures(database, 'nobody')).toEqual([]);
  });

  test('the wait of orders that could be claimed is read, which differs from their age', async () => {
    expect(await readLongestWait(database)).toBe(0);
    await cases.insert('retried', 'new');
    await database.query(`UPDATE orders SET created_at = now() - interval '1 hour' WHERE order_id = 'retried'`);
    expect(await readLongestWait(database)).toBeCloseTo(3_600, -2);

    const { claims } = await cases.claim(['retried']);
    await cases.finish(...claims.map((each) => verdictOn(each, { status: 'Pending', failures: 1, delaySeconds: 900 })));
    expect(await readLongestWait(database)).toBeLessThan(60);
    await cases.claim(['new']);
    expect(await readLongestWait(database)).toBe(0);

    await database.query(`UPDATE orders SET not_before = now() - interval '2 minutes' WHERE order_id = 'retried'`);
    expect(await readLongestWait(database)).toBeCloseTo(120, -1);
    const again = await cases.claim(['retried']);
    await cases.finish(...again.claims.map((each) => verdictOn(each, { status: 'Failed' })));
    await cases.redrive({});
    expect(await readLongestWait(database)).toBeLessThan(60);
  });
});
