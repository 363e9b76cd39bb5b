import { describe, expect, test } from '@jest/globals';
import { cancelOrder } from '../../lib/orders/cancel-order.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { PermanentFailure, type Processor, type ProcessorContext } from '../../lib/processors/processor.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import type { OrderLab } from '../support/order-lab.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

const BUDGETS: Partial<ProcessDeps> = { retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 }, maxCrashes: 2 };

async function attempt(processor: Processor): Promise<string[]> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1) ON CONFLICT DO NOTHING`,
  );
  return lab.process(['a'], { processor, ...BUDGETS });
}

const cancel = (reason = 'the customer called') => cancelOrder(lab, 'a', null, { actor: 'shop', reason });

const moves = async () =>
  (await readHistory(lab.database, 'a', null)).map(
    ({ from, to, reasonCode, reason, actor }) => `${from}>${to} ${reasonCode} ${reason} by ${actor}`,
  );

/** Reserves, which can be undone, then does the rest. Logs what happens. */
function reserving(rest: (context: ProcessorContext, log: string[]) => unknown): {
  log: string[];
  processor: Processor;
} {
  const log: string[] = [];
  const processor: Processor = async (_order, context) => {
    await context.step('reserve', () => void log.push('reserve'), { undo: () => log.push('release') });
    await rest(context, log);
  };
  return { log, processor };
}

const sleeping = () => reserving(({ sleep }) => sleep('cool off', 600));

describe('cancelling an order that no worker holds', () => {
  test('whose steps have no undo makes it Cancelled at once, with no message', async () => {
    await attempt((_order, { sleep }) => sleep('cool off', 600));
    lab.queue.sends.length = 0;
    expect(await cancel()).toMatchObject({ order: { status: 'Cancelled', endsAs: null, attempts: 1 } });
    expect(lab.queue.sends).toEqual([]);
  });

  test('that is Waiting undoes its steps, and then makes it Cancelled', async () => {
    const { log, processor } = sleeping();
    await attempt(processor);
    lab.queue.sends.length = 0;
    expect(await cancel()).toMatchObject({
      order: { status: 'Waiting', endsAs: 'Cancelled', cancelRequestedAt: expect.any(Date), attempts: 1 },
    });
    expect(lab.queue.sends).toEqual([[expect.objectContaining({ orderId: 'a' })]]);
    await attempt(processor);

    expect(log).toEqual(['reserve', 'release']);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reasonCode: 'cancelled', attempts: 1 });
    expect((await moves()).slice(3)).toEqual([
      'Waiting>Waiting cancel_requested the customer called by shop',
      'Waiting>Processing undo its steps are to be undone by worker',
      'Processing>Processing step_undone reserve by worker',
      'Processing>Cancelled cancelled the customer called by worker',
    ]);
  });

  test('that waits for a retry undoes its steps, and then makes it Cancelled', async () => {
    const { log, processor } = reserving(() => {
      throw new Error('later');
    });
    await attempt(processor);
    await lab.psql.rows(`UPDATE orders SET not_before = now() + interval '10 minutes'`);
    expect(await cancel()).toMatchObject({ order: { status: 'Pending', endsAs: 'Cancelled', attempts: 1 } });
    await attempt(processor);
    expect(log).toEqual(['reserve', 'release']);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', attempts: 1 });
  });

  test('again changes nothing, neither before nor after it is Cancelled', async () => {
    const { processor } = sleeping();
    await attempt(processor);
    await cancel();
    const before = await moves();
    expect(await cancel('again')).toMatchObject({
      order: { endsAs: 'Cancelled', reason: 'the customer called', attempts: 1 },
    });
    expect(await moves()).toEqual(before);
    await attempt(processor);
    expect(await cancel('again')).toEqual({ status: 'Cancelled' });
  });

  test('that is being undone because it failed makes it Cancelled in the end', async () => {
    const { log, processor } = reserving(() => {
      throw new PermanentFailure('no', 'no');
    });
    await attempt(processor);
    expect(await cancel()).toMatchObject({ order: { status: 'Pending', endsAs: 'Cancelled' } });
    await attempt(processor);
    expect(log).toEqual(['reserve', 'release']);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reason: 'the customer called' });
  });
});

describe('cancelling an order that is being processed', () => {
  test('stops it after the step that is running, undoes what was recorded, and makes it Cancelled', async () => {
    const seen: string[] = [];
    const { log, processor } = reserving(async ({ step }, log) => {
      await step('charge', () => cancel().then(() => 'charged'), { undo: (paid) => log.push(`refund ${paid}`) }).catch(
        (e) => seen.push(String(e)),
      );
      await step('ship', () => log.push('ship')).catch((e) => seen.push(String(e)));
    });
    await attempt(processor);
    expect(seen).toEqual(Array(2).fill('AttemptStopped: The order was cancelled.'));
    expect(await lab.row('a')).toMatchObject({ status: 'Pending', reasonCode: 'cancel_requested', attempts: 1 });
    await attempt(processor);

    expect(log).toEqual(['reserve', 'refund charged', 'release']);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reasonCode: 'cancelled', attempts: 1 });
    expect((await moves()).slice(2)).toEqual([
      'Processing>Processing cancel_requested the customer called by shop',
      'Processing>Pending cancel_requested the customer called by worker',
      'Pending>Processing undo its steps are to be undone by worker',
      'Processing>Processing step_undone charge by worker',
      'Processing>Processing step_undone reserve by worker',
      'Processing>Cancelled cancelled the customer called by worker',
    ]);
  });

  test.each<[string, Processor]>([
    ['retried', async () => void (await cancel().then(() => Promise.reject(new Error('later'))))],
    ['failed', async () => void (await cancel().then(() => Promise.reject(new PermanentFailure('no', 'no'))))],
    ['suspended', async (_order, { sleep }) => void (await cancel().then(() => sleep('cool off', 60)))],
    [
      'stopped by a step',
      async (_order, { step }) => void (await step('charge', () => cancel().then(() => 1)).catch(() => 0)),
    ],
  ])('makes it Cancelled where it would have been %s', async (_, processor) => {
    await attempt(processor);
    expect(await lab.row('a')).toMatchObject({
      status: 'Cancelled',
      finished: true,
      reasonCode: 'cancelled',
      reason: 'the customer called',
      attempts: 1,
    });
  });

  test('leaves it Completed if its processor returns without another step', async () => {
    await attempt(async () => {
      expect(await cancel()).toMatchObject({ order: { status: 'Processing', cancelRequestedAt: expect.any(Date) } });
    });
    expect(await lab.row('a')).toMatchObject({ status: 'Completed', reasonCode: null });
  });

  test('again changes nothing', async () => {
    await attempt(async () => {
      await cancel();
      await cancel('again');
    });
    expect((await moves()).filter((move) => move.includes('cancel'))).toEqual([
      'Processing>Processing cancel_requested the customer called by shop',
    ]);
  });

  test.each([
    ['at once if it has nothing to undo', [], 1],
    ['after the undo of its steps', ['release'], 2],
  ])('whose worker then dies makes it Cancelled %s', async (_, undone, claims) => {
    const { log, processor } = reserving(() => undefined);
    await lab.insert('a');
    await lab.claim(['a']);
    await lab.psql.rows(
      `INSERT INTO order_steps (owner, order_id, run, name, attempt, token, started_at, finished_at, undoable)
       SELECT owner, order_id, run, 'reserve', 1, token, now(), now(), $1 FROM orders`,
      [undone.length > 0],
    );
    await cancel();
    await lab.killLease('a');
    for (let n = 0; n < claims; n += 1) await attempt(processor);

    expect(log).toEqual(undone);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reason: 'the customer called', crashes: 1 });
  });

  test('that is in undo because it failed makes it Cancelled in the end', async () => {
    let isUndone = false;
    const processor: Processor = async (_order, { step }) => {
      await step('reserve', () => 1, {
        undo: async () => {
          await cancel();
          isUndone = true;
        },
      });
      throw new PermanentFailure('no', 'no');
    };
    await attempt(processor);
    await attempt(processor);
    expect(isUndone).toBe(true);
    expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reason: 'the customer called' });
  });
});

test('a cancelled order whose undo has used up its budget is Failed, and Cancelled once a redrive has undone it', async () => {
  let isBroken = true;
  const processor: Processor = async (_order, { step, sleep }) => {
    await step('reserve', () => 1, {
      undo: () => {
        if (isBroken) throw new PermanentFailure('warehouse_gone', 'gone');
      },
    });
    await sleep('cool off', 60);
  };
  await attempt(processor);
  await cancel();
  await attempt(processor);
  expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'undo_failed' });
  isBroken = false;
  await lab.psql.rows(`UPDATE orders SET status = 'Pending', due_at = now(), not_before = now(), finished_at = NULL`);
  await attempt(processor);
  expect(await lab.row('a')).toMatchObject({ status: 'Cancelled', reason: 'the customer called' });
});
