import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { orderKey } from '../../lib/order-key.ts';
import { countUnrecorded, findCounterDrift } from '../../lib/orders/sql/audit-orders.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { AmbiguousOrder } from '../../lib/orders/sql/find-owners.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import type { Position } from '../../lib/orders/sql/list-position.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { PermanentFailure } from '../../lib/processors/processor.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder } from '../support/order-lab.ts';

const ALICE = { owner: 'alice' };
const BOB = { owner: 'bob' };
const keyOf = ({ owner }: { owner: string }) => orderKey({ orderId: 'same', owner });
const change = { actor: 'test', reason: 'test' };

describe.each(DRIVERS)('orders of several owners with the same id, over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const createBoth = async () => {
    expect(await cases.create(anOrder({ orderId: 'same', userId: 1 }), ALICE)).toBe('created');
    expect(await cases.create(anOrder({ orderId: 'same', userId: 2 }), BOB)).toBe('created');
  };
  const statuses = async () =>
    Promise.all([ALICE, BOB].map(async ({ owner }) => (await readOrder(database, 'same', owner))?.status));

  test('are created side by side, each once, and each message names its owner', async () => {
    await createBoth();

    expect(await cases.create(anOrder({ orderId: 'same' }), BOB)).toBe('duplicate');
    expect(await cases.create(anOrder({ orderId: 'same' }))).toBe('created');
    expect((await readOrder(database, 'same', 'alice'))?.userId).toBe(1);
    expect((await readOrder(database, 'same', 'bob'))?.userId).toBe(2);
    expect(cases.queue.sends.flat().map(({ owner }) => owner)).toEqual(['alice', 'bob', '']);
  });

  test('have idempotency keys of their own', async () => {
    const order = anOrder({ orderId: 'same' });
    expect(await cases.create(order, { ...ALICE, idempotencyKey: 'k' })).toBe('created');
    expect(await cases.create(order, { ...BOB, idempotencyKey: 'k' })).toBe('created');
    expect(await cases.create(order, { ...BOB, idempotencyKey: 'k' })).toBe('replayed');
  });

  test('are processed once each, whichever message comes how often', async () => {
    await createBoth();
    const runs: number[] = [];
    const processor = async ({ userId }: { userId: number }) => void runs.push(userId);

    const settled = await cases.process([keyOf(BOB), keyOf(ALICE), keyOf(BOB)], { processor });
    await cases.process([keyOf(ALICE)], { processor });

    expect([...settled].sort()).toEqual([keyOf(ALICE), keyOf(BOB)]);
    expect(runs.sort()).toEqual([1, 2]);
    expect(await statuses()).toEqual(['Completed', 'Completed']);
  });

  test('are finished by the holder of each only, although both have the same token', async () => {
    await createBoth();
    const { claims } = await cases.claim([keyOf(ALICE), keyOf(BOB)]);
    const [ofAlice] = claims.filter(({ owner }) => owner === 'alice');
    if (!ofAlice) throw new Error('alice’s order was not claimed');
    const { orderId, owner, token, failures } = ofAlice;
    const verdict = { orderId, owner, token, failures, delaySeconds: 0, reasonCode: null, reason: null };

    await cases.finish({ ...verdict, status: 'Completed', processingTime: 1 });

    expect(await statuses()).toEqual(['Completed', 'Processing']);
  });

  test('are cancelled one by one, and none when it is not said whose', async () => {
    await createBoth();

    await expect(cancelOrder(database, 'same', null, change)).rejects.toEqual(
      new AmbiguousOrder('same', ['alice', 'bob']),
    );
    expect(await statuses()).toEqual(['Pending', 'Pending']);
    expect(await cancelOrder(database, 'same', 'carol', change)).toBeUndefined();
    expect(await cancelOrder(database, 'same', 'bob', change)).toHaveProperty('order.owner', 'bob');
    expect(await statuses()).toEqual(['Pending', 'Cancelled']);
  });

  test('have histories of their own', async () => {
    await createBoth();
    await cancelOrder(database, 'same', 'bob', change);

    const movesOf = async (owner: string) => (await readHistory(database, 'same', owner)).map(({ to }) => to);
    expect(await movesOf('alice')).toEqual(['Pending']);
    expect(await movesOf('bob')).toEqual(['Pending', 'Cancelled']);
    expect(await movesOf('carol')).toEqual([]);
    await expect(readHistory(database, 'same', null)).rejects.toThrow(AmbiguousOrder);
    await expect(readOrder(database, 'same', null)).rejects.toThrow(AmbiguousOrder);
    expect(await countUnrecorded(database)).toBe(0);

    await database.query(`DELETE FROM public.orders WHERE owner = 'alice'`);
    expect(await movesOf('bob')).toEqual(['Pending', 'Cancelled']);
    expect(await database.query(`SELECT 1 FROM public.order_history WHERE owner = 'alice'`)).toEqual([]);
  });

  test('are redriven one by one, and page by page', async () => {
    await createBoth();
    const processor = async () => {
      throw new PermanentFailure('card_declined', 'declined');
    };
    await cases.process([keyOf(ALICE), keyOf(BOB)], { processor });
    const page = (after: string | null) => cases.redrive({ dryRun: true, limit: 1, after });

    expect((await page(null)).redrivable).toEqual([keyOf(ALICE)]);
    expect((await page(keyOf(ALICE))).redrivable).toEqual([keyOf(BOB)]);
    expect((await page(keyOf(BOB))).redrivable).toEqual([]);
    expect((await cases.redrive({ orderIds: ['same'], owner: 'alice' })).redrivable).toEqual([keyOf(ALICE)]);
    expect(await statuses()).toEqual(['Pending', 'Failed']);
  });

  test('are listed one after the other, also when one commit has created both', async () => {
    await createBoth();
    await database.query(`UPDATE public.orders SET created_at = '2026-11-01 12:00+00'`);
    const owners: string[] = [];
    let after: Position | null = null;
    do {
      const { orders, next } = await listOrders(database, { owner: null }, after, 1);
      owners.push(...orders.map(({ owner }) => owner));
      after = next;
    } while (after);
    expect(owners).toEqual(['bob', 'alice']);
  });

  test('are swept with their owners, and postponed one by one', async () => {
    await createBoth();
    await cases.makeDue();
    cases.queue.sends.length = 0;
    cases.queue.refuses = ({ owner }) => owner === 'bob';

    expect(await sweepOrders(cases.shared, () => 60_000)).toBe(1);

    expect(
      cases.queue.sends
        .flat()
        .map(({ owner }) => owner)
        .sort(),
    ).toEqual(['alice', 'bob']);
    expect(await database.query('SELECT owner FROM public.orders WHERE due_at <= now()')).toEqual([BOB]);
  });

  test('leave counters and history in agreement, also when an order without an owner is given to one', async () => {
    await createBoth();
    await cases.create(anOrder({ orderId: 'other' }));
    await database.query(`UPDATE public.orders SET owner = 'carol' WHERE owner = ''`);
    await cancelOrder(database, 'other', 'carol', change);

    expect((await readHistory(database, 'other', 'carol')).map(({ to }) => to)).toEqual(['Pending', 'Cancelled']);
    expect(await countUnrecorded(database)).toBe(0);
    expect(await findCounterDrift(database)).toEqual([]);
    await expect(
      database.query(`UPDATE public.orders SET owner = 'dave', status = 'Pending' WHERE order_id = 'other'`),
    ).rejects.toMatchObject({ sqlState: '23514' });
  });

  describe('one of them from before ids belonged to owners', () => {
    beforeEach(async () => {
      await cases.create(anOrder({ orderId: 'same', userId: 1 }), ALICE);
      await database.query('UPDATE public.orders SET had_id_alone = true');
      await database.query('UPDATE public.order_history SET owner = NULL');
      await cases.create(anOrder({ orderId: 'same', userId: 2 }), BOB);
    });

    test('a message without an owner is about the early one', async () => {
      expect([...(await cases.process(['same', 'absent']))]).toEqual(['same']);
      expect(await statuses()).toEqual(['Completed', 'Pending']);
    });

    test('history entries without an owner are of the early one, and go with it', async () => {
      await cancelOrder(database, 'same', 'alice', change);
      const movesOf = async (owner: string) => (await readHistory(database, 'same', owner)).map(({ to }) => to);
      expect(await movesOf('alice')).toEqual(['Pending', 'Cancelled']);
      expect(await movesOf('bob')).toEqual(['Pending']);
      expect(await movesOf('carol')).toEqual([]);
      expect(await countUnrecorded(database)).toBe(0);

      await database.query(`DELETE FROM public.orders WHERE owner = 'bob'`);
      expect(await movesOf('alice')).toEqual(['Pending', 'Cancelled']);
      await database.query(`DELETE FROM public.orders WHERE owner = 'alice'`);
      expect(await database.query('SELECT 1 FROM public.order_history')).toEqual([]);
    });
  });

  describe('before the migration that lets them be', () => {
    beforeEach(() => idsUnique(true));
    afterEach(() => idsUnique(false));

    const idsUnique = async (alone: boolean) => {
      await database.query('TRUNCATE public.orders');
      await database.query(
        alone ? 'CREATE UNIQUE INDEX orders_by_id ON public.orders (order_id)' : 'DROP INDEX public.orders_by_id',
      );
    };

    test('the second one is a duplicate, as it has been', async () => {
      expect(await cases.create(anOrder({ orderId: 'same' }), ALICE)).toBe('created');
      expect(await cases.create(anOrder({ orderId: 'same' }), BOB)).toBe('duplicate');
    });
  });
});
