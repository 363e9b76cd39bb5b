import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { countOrdersOf, eraseOrdersOf, type Person } from '../../lib/orders/sql/erase-orders.ts';
import { readAudit } from '../../lib/orders/sql/read-audit.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { PermanentFailure, type Processor } from '../../lib/processors/processor.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder, verdictOn } from '../support/order-lab.ts';

describe.each(DRIVERS)('erasing a person over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const USER: Person = { userId: 7 };
  const count = (person: Person = USER) => countOrdersOf(database, { person, owner: null });
  const erase = (limit = 10, owner: string | null = null, person: Person = USER) =>
    eraseOrdersOf(database, { person, owner }, limit, { actor: 'operator ada', reason: 'request 118' });
  const texts = async () => {
    const tables = ['orders', 'order_history', 'order_details', 'order_steps', 'order_signals'];
    const rows = await Promise.all(
      tables.map((table) => database.query<{ row: string }>(`SELECT t::text AS row FROM public.${table} AS t`)),
    );
    return rows.flat().map(({ row }) => row);
  };

  test('everything personal in the finished orders of the user is erased, and amounts, items and states stay', async () => {
    await cases.insert('a', 'b', 'c', 'other');
    await database.query(
      `UPDATE public.orders SET user_id = CASE order_id WHEN 'other' THEN 8 ELSE 7 END, idempotency_key = 'SECRET ' || order_id,
         fingerprint = 'SECRET'`,
    );
    for (const id of ['a', 'other']) {
      await database.query(
        `INSERT INTO public.order_details (order_id, owner, customer_ref, metadata, items)
         VALUES ($1::text, '', 'SECRET', '{"name": "SECRET"}', '[{"sku": "x", "quantity": 2, "metadata": {"gift": "SECRET"}}]')`,
        [id],
      );
      await database.query(
        `INSERT INTO public.order_steps (owner, order_id, run, name, result, attempt, token, started_at, finished_at)
         VALUES ('', $1::text, 1, 'charge', '"SECRET"', 1, 1, now(), now())`,
        [id],
      );
      await database.query(
        `INSERT INTO public.order_signals (owner, order_id, run, name, payload) VALUES ('', $1::text, 1, 'paid', '"SECRET"')`,
        [id],
      );
    }
    const { claims } = await cases.claim(['a', 'b', 'other']);
    await cases.finish(
      ...claims.map((each) => verdictOn(each, { status: 'Failed', reasonCode: 'declined', reason: 'SECRET' })),
    );
    expect(await count()).toEqual({ finished: 2, unfinished: 1 });

    expect(await erase(1)).toBe(1);
    expect(await erase()).toBe(1);
    expect(await erase()).toBe(0);

    expect(await count()).toEqual({ finished: 0, unfinished: 1 });
    const secrets = (await texts()).filter((row) => row.includes('SECRET'));
    expect(secrets.filter((row) => !/\bother\b/.test(row) && !/^\(c,/.test(row))).toEqual([]);
    expect(secrets.filter((row) => /\bother\b/.test(row))).toHaveLength(5);
    const [a] = await database.query(
      `SELECT user_id, status, total_amount, reason_code, (SELECT items::text FROM public.order_details WHERE order_id = 'a') AS items
       FROM public.orders WHERE order_id = 'a'`,
    );
    expect(a).toEqual({
      user_id: 0,
      status: 'Failed',
      total_amount: '9.5',
      reason_code: 'declined',
      items: '[{"sku": "x", "quantity": 2}]',
    });
    expect((await cases.redrive({ orderIds: ['a'] })).redrivable).toEqual([]);
    const entry = { action: 'orders.erased', actor: 'operator ada', target: '7', orders: 1, reason: 'request 118' };
    expect(await readAudit(database, { action: 'orders.erased', owner: null, before: null }, 10)).toMatchObject([
      entry,
      entry,
    ]);
  });

  test('the orders of a customer_ref are erased like those of a user, and the audit does not contain it', async () => {
    const person = { customerRef: 'SECRET é' };
    for (const [orderId, customerRef] of Object.entries({ a: 'SECRET é', b: 'SECRET é', other: 'SECRET' }))
      await cases.create(anOrder({ orderId, details: { currency: 'EUR', customerRef } }));
    await cases.process(['a', 'other'], {
      processor: async () => {
        throw new PermanentFailure('declined', 'SECRET');
      },
    });
    expect(await count(person)).toEqual({ finished: 1, unfinished: 1 });

    expect(await erase(10, 'another', person)).toBe(0);
    expect(await erase(10, null, person)).toBe(1);
    expect(await erase(10, null, person)).toBe(0);

    expect(await count(person)).toEqual({ finished: 0, unfinished: 1 });
    const secrets = (await texts()).filter((row) => row.includes('SECRET'));
    expect(secrets.filter((row) => !/\bother\b/.test(row) && !/^\(b,/.test(row))).toEqual([]);
    const [a, other] = await Promise.all(['a', 'other'].map((id) => readOrder(database, id, null)));
    expect(a).toMatchObject({ userId: 0, totalAmount: '9.5', details: { currency: 'EUR' }, reason: null });
    expect(other).toMatchObject({ userId: 7, reason: 'SECRET', details: { customerRef: 'SECRET' } });
    const target = `customer_ref sha256:${hash('sha256', 'SECRET é')}`;
    expect(await readAudit(database, { action: 'orders.erased', owner: null, before: null }, 10)).toMatchObject([
      { target, orders: 1 },
    ]);
  });

  test('a wait that a signal ended is not timed out once its payload is erased', async () => {
    await cases.insert('a');
    await database.query('UPDATE public.orders SET user_id = 7');
    const processor: Processor = async (_order, { waitFor }) => {
      await waitFor('paid', { timeoutSeconds: 60 });
    };
    await cases.process(['a'], { processor });
    const signal = { orderId: 'a', owner: null, run: null, name: 'paid', payload: '"SECRET"' };
    await signalOrder(cases.shared, signal, 'bank');
    await cases.process(['a'], { processor });
    expect(await cases.statusOf('a')).toBe('Completed');

    expect(await erase()).toBe(1);
    expect(await readOrder(database, 'a', null)).toMatchObject({ steps: [{ name: 'paid', state: 'completed' }] });
    expect((await texts()).filter((row) => row.includes('SECRET'))).toEqual([]);
  });

  test('why an order was cancelled is erased although it was completed all the same', async () => {
    await cases.insert('late');
    await database.query('UPDATE public.orders SET user_id = 7');
    const { claims } = await cases.claim(['late']);
    await cancelOrder(database, 'late', null, { actor: 'ada', reason: 'SECRET' });
    await cases.finish(...claims.map((each) => verdictOn(each)));
    expect(await cases.statusOf('late')).toBe('Completed');

    expect(await erase()).toBe(1);
    expect((await texts()).filter((row) => row.includes('SECRET'))).toEqual([]);
  });

  test('a Failed order with steps that are still to be undone is not erased', async () => {
    await cases.insert('a');
    await database.query(`UPDATE public.orders SET user_id = 7`);
    await database.query(
      `INSERT INTO public.order_steps (owner, order_id, run, name, undoable, attempt, token, started_at, finished_at)
       VALUES ('', 'a', 1, 'charge', true, 1, 1, now(), now())`,
    );
    for (const reasonCode of ['declined', 'undo_failed']) {
      const { claims } = await cases.claim(['a']);
      await cases.finish(verdictOn(claims[0], { status: 'Failed', reasonCode }));
    }
    expect(await cases.statusOf('a')).toBe('Failed');
    expect(await erase()).toBe(0);
    expect(await count()).toEqual({ finished: 0, unfinished: 1 });
  });

  test("only one owner's orders of the user are erased if the owner is named", async () => {
    await cases.insert('a', 'b');
    await database.query(
      `UPDATE public.orders SET user_id = 7, status = 'Cancelled', due_at = NULL, finished_at = now()`,
    );
    await database.query(`UPDATE public.orders SET owner = 'shop' WHERE order_id = 'b'`);
    expect(await erase(10, 'shop')).toBe(1);
    expect(await count()).toEqual({ finished: 1, unfinished: 0 });
  });
});
