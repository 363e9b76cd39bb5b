import { describe, expect, test } from '@jest/globals';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { readSignals } from '../../lib/orders/sql/order-signals.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { type Processor, SignalTimeout } from '../../lib/processors/processor.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';
import { beforeEachTest, HARD, type UseCases } from '../support/contract-use-cases.ts';

const NAME = 'expédié 🛒';
const PAYLOAD = '"\\u0000 é😀\'$1:p1"';

describe.each(DRIVERS)('the signals of orders on $name', ({ open, canCut }) => {
  let subject: Subject;
  let orders: UseCases;
  let got: unknown[];
  beforeEachTest(open, (fresh) => {
    ({ subject, cases: orders } = fresh);
    got = [];
  });

  const signal = (payload = PAYLOAD, owner: string | null = null) =>
    signalOrder(orders.shared, { orderId: HARD.orderId, owner, run: null, name: NAME, payload }, 'warehouse');

  const processor: Processor = async (_order, { waitFor }) => {
    got.push(
      await waitFor(NAME, { timeoutSeconds: 60 }).catch((error: unknown) =>
        error instanceof SignalTimeout ? 'timeout' : Promise.reject(error),
      ),
    );
  };
  const process = () => orders.process([HARD.orderId], { processor });

  test('reach the processor unchanged, during the wait and before it', async () => {
    await orders.create(HARD);
    await process();
    expect(await orders.statusOf(HARD.orderId)).toBe('Waiting');
    expect(await signal()).toBe('stored');
    expect(await signal()).toBe('repeated');
    expect(await signal('1')).toBe('conflicting');
    await process();

    expect(got).toEqual([JSON.parse(PAYLOAD)]);
    expect(await orders.statusOf(HARD.orderId)).toBe('Completed');
    const order = await readOrder(subject.database, HARD.orderId, null);
    expect(order?.steps).toMatchObject([{ name: NAME, kind: 'wait', state: 'completed' }]);
    expect(await readHistory(subject.database, HARD.orderId, null)).toContainEqual(
      expect.objectContaining({ from: 'Waiting', to: 'Waiting', reasonCode: 'signal_received', actor: 'warehouse' }),
    );
  });

  test('come too late after the timeout', async () => {
    await orders.create(HARD);
    await process();
    await subject.database.query(`UPDATE public.order_steps SET wake_at = now()`);
    await subject.database.query(`UPDATE public.orders SET not_before = now()`);
    await process();

    expect(got).toEqual(['timeout']);
    expect(await signal()).toBe('timed-out');
  });

  test('are stored for none of several orders with the id, unless the owner is named', async () => {
    await orders.create(HARD, { owner: 'one' });
    await orders.create(HARD, { owner: 'two' });

    await expect(signal()).rejects.toThrow('Several owners');
    expect(await signal(PAYLOAD, 'two')).toBe('stored');
    const names = ['one', 'two'].map((owner) => ({ orderId: HARD.orderId, owner, run: 1, name: NAME }));
    expect(await readSignals(subject.database, names)).toEqual([undefined, { payload: PAYLOAD }]);
  });

  test('may be as large as allowed', async () => {
    await orders.create(HARD);
    const payload = JSON.stringify('x'.repeat(59_998));
    expect(await signal(payload)).toBe('stored');
    await process();

    expect(got).toEqual([JSON.parse(payload)]);
  });

  if (canCut)
    test.each(['before it is sent', 'when it was sent', 'cut after the reply'] as const)(
      'are stored once when the connection breaks %s, and wake the order',
      async (when) => {
        await orders.create(HARD);
        await process();
        const done = subject.cutsDone();
        subject.cutAt('INSERT INTO public.order_signals', when);

        expect(['stored', 'repeated']).toContain(await signal());
        expect(subject.cutsDone()).toBe(done + 1);
        await process();
        expect(got).toEqual([JSON.parse(PAYLOAD)]);
      },
    );
});
