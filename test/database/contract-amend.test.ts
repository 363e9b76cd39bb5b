import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { type Amendment, amendOrder } from '../../lib/orders/amend-order.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { PermanentFailure } from '../../lib/processors/processor.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder } from '../support/order-lab.ts';

const AMOUNT: Amendment = {
  totalAmount: '12345678901.10',
  details: { customerRef: 'é😀"' },
  changed: ['total_amount'],
};

describe.each(DRIVERS)('changes of orders over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const amend = (orderId: string, amendment = AMOUNT, isExpected = () => true, owner: string | null = null) =>
    amendOrder(cases.shared, orderId, owner, isExpected, amendment, 'shop');

  test('a Pending order gets new values, which its processor gets', async () => {
    await cases.create(anOrder({ orderId: 'a' }));
    expect(await amend('a')).toMatchObject({
      order: { totalAmount: '12345678901.10', details: { customerRef: 'é😀"' } },
    });

    await cases.process(['a'], {
      processor: async ({ totalAmount, customerRef }) =>
        expect([totalAmount, customerRef]).toEqual(['12345678901.10', 'é😀"']),
    });
    expect(await cases.statusOf('a')).toBe('Completed');
    expect(
      (await readHistory(database, 'a', null)).map(({ to, reasonCode, actor }) => [to, reasonCode, actor]),
    ).toEqual([
      ['Pending', null, expect.any(String)],
      ['Pending', 'amended', 'shop'],
      ['Processing', null, 'worker'],
      ['Completed', null, 'worker'],
    ]);
  });

  test('a worker that claims an order while it is changed wins, and the order keeps the values that the worker has', async () => {
    await cases.create(anOrder({ orderId: 'a', totalAmount: '1' }));
    await amend('a');
    let claimed: string | undefined;
    // Between the read of the values and the statement that writes them.
    const claiming: Database = {
      ...database,
      query: async (sql, parameters, options) => {
        if (sql.includes("'amended'")) claimed ??= (await cases.claim(['a'])).claims[0]?.totalAmount;
        return database.query(sql, parameters, options);
      },
    };
    const other = { totalAmount: '2', details: {}, changed: ['total_amount'] };
    expect(await amendOrder({ ...cases.shared, database: claiming }, 'a', null, () => true, other, 'shop')).toEqual({
      status: 'Processing',
    });
    expect(claimed).toBe('12345678901.10');
    expect((await readOrder(database, 'a', null))?.totalAmount).toBe('12345678901.10');
  });

  test('an order that waits for a retry can be changed, and keeps its time and its attempts', async () => {
    await cases.create(anOrder({ orderId: 'a' }));
    await cases.process(['a'], {
      processor: async () => {
        throw new Error('no');
      },
    });
    const before = await readOrder(database, 'a', null);
    await amend('a');
    expect(await readOrder(database, 'a', null)).toMatchObject({
      attempts: 1,
      nextAttemptAt: before?.nextAttemptAt,
      reasonCode: 'processor_error',
      totalAmount: '12345678901.10',
    });
  });

  test('once a step is recorded, only the time of the order can be changed', async () => {
    await cases.create(anOrder({ orderId: 'a', totalAmount: '1' }));
    await cases.process(['a'], {
      processor: async ({ totalAmount }, { step }) => {
        await step('charge', async () => totalAmount);
        throw new Error('no');
      },
    });
    expect(await amend('a')).toEqual({ begun: true });
    expect((await readOrder(database, 'a', null))?.totalAmount).toBe('1');

    const time: Amendment = { details: { processAfter: null }, changed: ['process_after'] };
    expect(await amend('a', time)).toMatchObject({ order: { totalAmount: '1', steps: [{ name: 'charge' }] } });

    // With more records than a response shows.
    await database.query(
      `INSERT INTO public.order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, wake_at)
       SELECT '', 'a', 1, 'poll ' || n, 'sleep', 1, 1, now(), now(), now() FROM generate_series(1, 1000) AS n`,
    );
    expect(await amend('a')).toEqual({ begun: true });
  });

  test.each(['Failed', 'Cancelled'] as const)('an order that is %s is not changed', async (status) => {
    await cases.create(anOrder({ orderId: 'a', totalAmount: '1' }));
    if (status === 'Cancelled') await database.query(`UPDATE public.orders SET status = 'Cancelled', due_at = NULL`);
    else
      await cases.process(['a'], {
        processor: async () => {
          throw new PermanentFailure('no', 'no');
        },
      });
    expect(await amend('a')).toEqual({ status });
    expect((await readOrder(database, 'a', null))?.totalAmount).toBe('1');
  });

  test('only the named owner’s order is changed', async () => {
    for (const owner of ['alice', 'bob']) await cases.create(anOrder({ orderId: 'same', totalAmount: '1' }), { owner });
    await amend('same', AMOUNT, () => true, 'bob');
    expect((await readOrder(database, 'same', 'alice'))?.totalAmount).toBe('1');
    expect((await readOrder(database, 'same', 'bob'))?.totalAmount).toBe('12345678901.10');
    expect(await amend('same', AMOUNT, () => true, 'carol')).toBeUndefined();
    await expect(amend('same')).rejects.toThrow('Several owners');
  });
});
