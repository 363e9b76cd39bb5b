import { describe, expect, test } from '@jest/globals';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { readSteps, recordSteps } from '../../lib/orders/sql/order-steps.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { MAX_RESULT_BYTES } from '../../lib/orders/steps/results.ts';
import { StepStore } from '../../lib/orders/steps/step-store.ts';
import type { Processor } from '../../lib/processors/processor.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';
import { beforeEachTest, HARD, type UseCases } from '../support/contract-use-cases.ts';

describe.each(DRIVERS)('the steps of orders on $name', ({ open, canCut }) => {
  let subject: Subject;
  let orders: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ subject, cases: orders } = fresh);
  });

  async function held(token?: number) {
    await orders.create(HARD);
    const [claim] = (await orders.claim([HARD.orderId])).claims;
    if (!claim) throw new Error('not claimed');
    const { orderId, owner, run, attempt } = claim;
    const record = { orderId, owner, run, attempt, token: token ?? claim.token, seconds: 0.5 };
    return (name: string, result: string | null) => ({
      ...record,
      name,
      kind: 'step' as const,
      result,
      wakeSeconds: null,
      undoable: false,
      undone: false,
    });
  }

  const recorded = async () => {
    const [steps] = await readSteps(subject.database, [{ ...HARD, owner: '', run: 1 }]);
    return [...(steps ?? [])].map(([name, { result }]) => [name, result]);
  };

  test('steps are recorded with the current token, and read back unchanged', async () => {
    const record = await held();

    const records = [record('réserver 🛒', '"\\u0000 é😀\'$1:p1"'), record('charge', null)];
    expect(await recordSteps(subject.database, records, 'worker')).toEqual(['recorded', 'recorded']);
    expect(await recorded()).toEqual([
      ['réserver 🛒', '"\\u0000 é😀\'$1:p1"'],
      ['charge', null],
    ]);
  });

  test('may be sleeps, and say how many seconds are left', async () => {
    const record = { ...(await held())('cool off', null), kind: 'sleep' as const, wakeSeconds: 366 * 86_400 };
    await recordSteps(subject.database, [record], 'worker');

    const [steps] = await readSteps(subject.database, [{ ...HARD, owner: '', run: 1 }]);
    const sleep = steps?.get('cool off');
    expect(sleep).toMatchObject({ kind: 'sleep', result: null });
    expect(sleep?.wakeSeconds).toBeGreaterThan(366 * 86_400 - 60);
    expect(sleep?.wakeSeconds).toBeLessThanOrEqual(366 * 86_400);
  });

  test('steps are not recorded with another token', async () => {
    const record = await held(7);

    expect(await recordSteps(subject.database, [record('charge', '1')], 'worker')).toEqual(['lost']);
    expect(await recorded()).toEqual([]);
  });

  test('steps are not recorded once the order is finished', async () => {
    const record = await held();
    await orders.process([HARD.orderId]);
    await subject.database.query(
      `UPDATE public.orders SET status = 'Failed', lease_until = NULL, due_at = NULL WHERE status = 'Processing'`,
    );

    expect(await recordSteps(subject.database, [record('charge', '1')], 'worker')).toEqual(['lost']);
    expect(await recorded()).toEqual([]);
  });

  test('the undo of a step is recorded once, with the current token only, and the history names it', async () => {
    const record = await held();
    const step = { ...record('charge', '"paid"'), undoable: true };
    await recordSteps(subject.database, [step], 'worker');
    const undo = { ...step, result: null, undone: true };
    expect(await recordSteps(subject.database, [{ ...undo, token: 7 }], 'late')).toEqual(['lost']);
    expect(await recordSteps(subject.database, [undo], 'worker 7')).toEqual(['recorded']);
    expect(await recordSteps(subject.database, [undo], 'worker 7')).toEqual(['recorded']);

    const [steps] = await readSteps(subject.database, [{ ...HARD, owner: '', run: 1 }]);
    expect(steps?.get('charge')).toMatchObject({ result: '"paid"', undoable: true, undone: true });
    const entries = await readHistory(subject.database, HARD.orderId, null);
    expect(entries.filter(({ reasonCode }) => reasonCode === 'step_undone')).toMatchObject([
      { from: 'Processing', to: 'Processing', reason: 'charge', actor: 'worker 7' },
    ]);
  });

  test('a worker that records a step learns that the order was cancelled, and the order is undone before it is Cancelled', async () => {
    await orders.create(HARD);
    const log: string[] = [];
    const processor: Processor = async (_order, { step }) => {
      await step(
        'reserve',
        () => cancelOrder(subject.database, HARD.orderId, null, { actor: 'shop', reason: 'no' }).then(() => 7),
        {
          undo: (held) => void log.push(`undo ${held}`),
        },
      );
      await step('ship', () => log.push('shipped'));
    };
    await orders.process([HARD.orderId], { processor });
    expect(await orders.statusOf(HARD.orderId)).toBe('Pending');
    await orders.process([HARD.orderId], { processor });

    expect(await orders.statusOf(HARD.orderId)).toBe('Cancelled');
    expect(log).toEqual(['undo 7']);
  });

  test('the largest result with the longest name is read back', async () => {
    const name = '🛒'.repeat(100);
    const result = JSON.stringify('x'.repeat(MAX_RESULT_BYTES - 2));
    const record = await held();
    await recordSteps(subject.database, [record(name, result)], 'worker');

    expect(await recorded()).toEqual([[name, result]]);
  });

  /** Finished steps of the order that was created last, each with a name of 100 characters. */
  const insertSteps = (count: number, bytes: number) =>
    subject.database.query(
      `INSERT INTO public.order_steps (owner, order_id, run, name, kind, result, attempt, token, started_at, finished_at)
       SELECT owner, order_id, run, rpad(n::text, 100, '🛒'), 'step', repeat('x', $2::integer), 1, token, now(), now()
       FROM (SELECT * FROM public.orders ORDER BY created_at DESC LIMIT 1) AS o, generate_series(1, $1::integer) AS n`,
      [count, bytes],
    );

  test('an order with very many steps can be read, and shows the latest 1,000 of them', async () => {
    await held();
    await insertSteps(1_002, 0);

    const order = await readOrder(subject.database, HARD.orderId, null);
    expect(order?.steps).toHaveLength(1_000);
    expect(order?.steps[0]?.name).toMatch(/^3🛒/u);
    expect(order?.steps.at(-1)?.name).toMatch(/^1002🛒/u);
  });

  test('an order whose steps cannot be read does not fail those that are read together with it', async () => {
    const record = await held();
    await recordSteps(subject.database, [record('charge', '1')], 'worker');
    await orders.insert('too large');
    await insertSteps(20, 60_000);

    const store = new StepStore(subject.database, () => 0, 'worker');
    const [, small] = await Promise.allSettled([
      store.read({ orderId: 'too large', owner: '', run: 1 }),
      store.read({ orderId: HARD.orderId, owner: '', run: 1 }),
    ]);
    expect(small).toMatchObject({ status: 'fulfilled', value: new Map([['charge', expect.anything()]]) });
  });

  if (canCut)
    test.each(['before it is sent', 'when it was sent', 'cut after the reply'] as const)(
      'steps are recorded once when the connection breaks %s',
      async (when) => {
        await orders.create(HARD);
        let runs = 0;
        const processor: Processor = async (_order, { step }) => {
          await step('charge', () => {
            runs += 1;
          });
        };
        const done = subject.cutsDone();
        subject.cutAt('INSERT INTO public.order_steps', when);
        await orders.process([HARD.orderId], { processor });

        expect(subject.cutsDone()).toBe(done + 1);
        expect(runs).toBe(1);
        expect(await orders.statusOf(HARD.orderId)).toBe('Completed');
        expect(await recorded()).toEqual([['charge', null]]);
      },
    );
});
