import { afterEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { deleteFinishedOrders, type Retention } from '../../lib/orders/delete-finished.ts';
import { countReused, findCounterDrift } from '../../lib/orders/sql/audit-orders.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { PermanentFailure, type Processor } from '../../lib/processors/processor.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder } from '../support/order-lab.ts';
import { recordingLogger } from '../support/recording-logger.ts';

describe.each(DRIVERS)('retention over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });
  afterEach(async () => {
    expect(await findCounterDrift(database)).toEqual([]);
    expect(await countReused(database)).toBe(0);
  });

  const run = (retention: Partial<Retention> = {}, remainingMs = () => 60_000) => {
    const standard = { days: 30, failedDays: undefined };
    const deps = { database, logger: recordingLogger(), retention: { ...standard, ...retention } };
    return deleteFinishedOrders(deps, remainingMs);
  };
  const details = { customerRef: 'c', metadata: { a: 'b' } };
  const create = (...orderIds: string[]) =>
    Promise.all(orderIds.map((orderId) => cases.create(anOrder({ orderId, details }))));
  const processor: Processor = async ({ orderId }, { step }) => {
    await step('charge', async () => 'paid');
    if (orderId.startsWith('failed')) throw new PermanentFailure('declined', 'no');
  };
  /** As if they had been created, and finished, so many days ago. */
  const age = (days: number, finishedDays: number, ...orderIds: string[]) =>
    database.query(
      `UPDATE public.orders SET created_at = now() - $2::integer * interval '1 day',
         finished_at = CASE WHEN finished_at IS NOT NULL THEN now() - $3::integer * interval '1 day' END
       WHERE order_id IN (SELECT json_array_elements_text($1::json))`,
      [JSON.stringify(orderIds), days, finishedDays],
    );
  const idsIn = async (table: string) => {
    const rows = await database.query<{ id: string }>(`SELECT DISTINCT order_id AS id FROM public.${table} ORDER BY 1`);
    return rows.map(({ id }) => id);
  };

  test('Completed and Cancelled orders go with all that belongs to them; younger, unfinished and Failed ones stay', async () => {
    await create('old', 'cancelled', 'failed', 'young', 'slow', 'pending', 'imported');
    await cancelOrder(database, 'cancelled', null, { actor: 'ada', reason: 'no' });
    await cases.process(['old', 'failed', 'young', 'slow', 'imported'], { processor });
    await database.query(
      `INSERT INTO public.order_signals (owner, order_id, run, name, payload) VALUES ('', 'old', 1, 's', '1')`,
    );
    await age(40, 31, 'old', 'cancelled', 'failed', 'pending');
    // They waited for long.
    await age(400, 29, 'slow');
    await age(40, 29, 'young');
    await age(40, 40, 'imported');
    await database.query(`UPDATE public.orders SET finished_at = NULL WHERE order_id = 'imported'`);

    expect(await run({ days: undefined })).toBe(0);
    expect(await run()).toBe(3);
    expect(await run()).toBe(0);

    const left = ['failed', 'pending', 'slow', 'young'];
    for (const table of ['orders', 'order_history', 'order_details']) expect(await idsIn(table)).toEqual(left);
    expect(await idsIn('order_steps')).toEqual(['failed', 'slow', 'young']);
    expect(await idsIn('order_signals')).toEqual([]);
    expect(await idsIn('order_tombstones')).toEqual(['cancelled', 'imported', 'old']);
  });

  test('Failed orders have their own time, and stay while their steps are to be undone', async () => {
    await create('failed', 'failed-undo', 'old');
    const undo = () => {
      throw new PermanentFailure('bank', 'closed');
    };
    const undoable: Processor = async ({ orderId }, { step }) => {
      if (orderId === 'failed-undo') await step('charge', async () => 'paid', { undo });
      if (orderId !== 'old') throw new PermanentFailure('declined', 'no');
    };
    const all = ['failed', 'failed-undo', 'old'];
    for (let n = 0; n < 2; n += 1) await cases.process(all, { processor: undoable });
    expect(await cases.statusOf('failed-undo')).toBe('Failed');
    await age(100, 90, ...all);

    expect(await run({ days: undefined, failedDays: 91 })).toBe(0);
    expect(await run({ days: undefined, failedDays: 89 })).toBe(1);
    expect(await idsIn('orders')).toEqual(['failed-undo', 'old']);
  });

  test('the id of a deleted order is not used again: a create is a duplicate, and others of its commit are stored', async () => {
    await create('old');
    await cases.process(['old']);
    await age(40, 31, 'old');
    await run();

    expect(await create('a', 'old', 'b')).toEqual(['created', 'duplicate', 'created']);
    expect(await cases.create(anOrder({ orderId: 'old' }), { owner: 'another' })).toBe('created');
    expect(await idsIn('orders')).toEqual(['a', 'b', 'old']);
  });

  test('an order whose id another owner uses is stored alongside a create of a deleted id', async () => {
    await create('old');
    await cases.process(['old']);
    await age(40, 31, 'old');
    await run();
    expect(await cases.create(anOrder({ orderId: 'shared' }), { owner: 'another' })).toBe('created');

    expect(await create('shared', 'old')).toEqual(['created', 'duplicate']);
  });

  test('a request with an Idempotency-Key that is repeated after its order was deleted is recognized', async () => {
    const order = anOrder({ orderId: 'old' });
    expect(await cases.create(order, { idempotencyKey: 'k' })).toBe('created');
    await cases.process(['old']);
    await age(40, 31, 'old');
    await run();

    expect(await cases.create(order, { idempotencyKey: 'k' })).toBe('replayed');
    expect(await cases.create(order, { idempotencyKey: 'another' })).toBe('duplicate');
    expect(await cases.create({ ...order, userId: 8 }, { idempotencyKey: 'k' })).toBe('duplicate');
    expect(await cases.create(order)).toBe('duplicate');
  });

  test('nobody can write the id of a deleted order, and TRUNCATE forgets it', async () => {
    await create('old');
    await cases.process(['old']);
    await age(40, 31, 'old');
    await run();

    await expect(cases.insert('new', 'old')).rejects.toThrow(
      'an order with the id old existed before, and was deleted',
    );
    await cases.create(anOrder({ orderId: 'old' }), { owner: 'another' });
    await expect(database.query(`UPDATE public.orders SET owner = ''`)).rejects.toThrow('existed before');
    await database.query('TRUNCATE public.orders');
    await cases.insert('old');
  });

  test('orders are deleted page by page, and not for longer than there is time', async () => {
    await database.query(
      `INSERT INTO public.orders (order_id, user_id, item_ids, total_amount, status, due_at, finished_at, created_at)
       SELECT 'order-' || n, 1, '{}', 1, 'Completed', NULL, now() - interval '40 days', now() - interval '41 days'
       FROM generate_series(1, 1100) AS n`,
    );
    let asked = 0;
    // Time for one page.
    expect(await run({}, () => (asked++ === 0 ? 60_000 : 1_000))).toBe(500);
    expect(await run()).toBe(600);
    expect(await idsIn('orders')).toEqual([]);
  });
});
