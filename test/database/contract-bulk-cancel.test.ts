import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { cancelOrders } from '../../lib/orders/cancel-order.ts';
import { AmbiguousOrder } from '../../lib/orders/sql/find-owners.ts';
import { readAudit } from '../../lib/orders/sql/read-audit.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder, verdictOn } from '../support/order-lab.ts';

describe.each(DRIVERS)('several cancellations over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const CHANGE = { actor: 'ada', reason: 'the shop has closed', dryRun: false };
  const cancel = (ids: string[], owner: string | null = null, change = {}) =>
    cancelOrders(cases.shared, ids, owner, { ...CHANGE, ...change });
  const audit = () => readAudit(database, { action: null, owner: null, before: null }, 10);
  const named = (orderId: string, status: string, owner = '') => ({ orderId, owner, status });
  const cancelled = (orderId: string, status = 'Cancelled', owner = '') => ({
    ...named(orderId, status, owner),
    hasStepsToUndo: false,
  });

  test('several orders are cancelled in one commit with one audit entry, and finished ones are left alone', async () => {
    await cases.insert('a', 'b', 'c', 'd', 'elsewhere');
    await cases.claim(['b']);
    const { claims } = await cases.claim(['d']);
    await cases.finish(...claims.map((each) => verdictOn(each, { status: 'Failed' })));
    const ids = ['d', 'c', 'b', 'a', 'nobody'];
    const others = [named('d', 'Failed')];

    expect(await cancel(ids, null, { dryRun: true })).toEqual({
      cancelled: [cancelled('a', 'Pending'), cancelled('b', 'Processing'), cancelled('c', 'Pending')],
      others,
    });
    expect(await cases.statusOf('a')).toBe('Pending');
    expect(await audit()).toEqual([]);

    expect(await cancel(ids)).toEqual({
      // Its worker stops it.
      cancelled: [cancelled('a'), cancelled('b', 'Processing'), cancelled('c')],
      others,
    });
    expect(await cases.statusOf('elsewhere')).toBe('Pending');
    expect((await readHistory(database, 'a', null)).at(-1)).toMatchObject({
      to: 'Cancelled',
      actor: 'ada',
      reason: 'the shop has closed',
    });
    expect(await audit()).toMatchObject([
      { action: 'orders.cancelled', actor: 'ada', owner: '', target: null, orders: 3, reason: 'the shop has closed' },
    ]);
    expect(await cancel(['a'])).toEqual({ cancelled: [], others: [named('a', 'Cancelled')] });
    expect(await audit()).toHaveLength(1);
  });

  test('an order that another owner creates during the cancellation is not cancelled', async () => {
    await cases.insert('a');
    await database.query(`UPDATE public.orders SET owner = 'shop'`);
    const late: Database = {
      ...database,
      async query(...statement) {
        if (statement[0].includes('UPDATE')) await cases.create(anOrder({ orderId: 'a' }), { owner: 'rival' });
        return database.query(...statement);
      },
    };
    await expect(cancelOrders({ ...cases.shared, database: late }, ['a'], null, CHANGE)).rejects.toThrow(
      AmbiguousOrder,
    );
    const left = await database.query('SELECT owner, status FROM public.orders ORDER BY owner');
    expect(left).toEqual([
      { owner: 'rival', status: 'Pending' },
      { owner: 'shop', status: 'Pending' },
    ]);
  });

  test('a cancellation of several orders changes none of another owner, nor any if an id is ambiguous', async () => {
    await cases.insert('a', 'b');
    await database.query(`UPDATE public.orders SET owner = 'shop'`);
    await cases.insert('a');
    await expect(cancel(['a', 'b'])).rejects.toThrow(AmbiguousOrder);
    expect(await cancel(['a', 'b'], 'rival')).toEqual({ cancelled: [], others: [] });
    expect(await cases.statusOf('b')).toBe('Pending');
    expect(await cancel(['a', 'b'], 'shop')).toEqual({
      cancelled: [cancelled('a', 'Cancelled', 'shop'), cancelled('b', 'Cancelled', 'shop')],
      others: [],
    });
  });
});
