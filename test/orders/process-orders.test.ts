import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { orderKey } from '../../lib/order-key.ts';
import { FINISH_TIME_MS } from '../../lib/orders/invocation.ts';
import { redriveOrders } from '../../lib/orders/redrive-orders.ts';
import { MAX_HOPS } from '../../lib/orders/send-again.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { PermanentFailure, type ProcessorOrder } from '../../lib/processors/processor.ts';
import { simulatedProcessor } from '../../lib/processors/simulated.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { anOrder, countdown, type OrderLab, openOrderLab, RESEND_AFTER } from '../support/order-lab.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

const fails = (error: unknown) => async (): Promise<void> => {
  throw error;
};

/** Makes orders whose worker died while it held them. */
async function insertSuspects(...orderIds: string[]): Promise<void> {
  await lab.insert(...orderIds);
  await lab.claim(orderIds);
  await lab.killLease(...orderIds);
}

describe('a batch', () => {
  test('a batch is completed, and every message may be acknowledged', async () => {
    await lab.insert('a', 'b', 'c');

    expect(await lab.process(['a', 'b', 'c'], { processor: simulatedProcessor(20) })).toEqual(['a', 'b', 'c']);

    for (const id of ['a', 'b', 'c']) {
      const row = await lab.row(id);
      expect(row).toMatchObject({ status: 'Completed', attempts: 0, crashes: 0, due: null, finished: true });
      expect(Number(row.processingTime)).toBeGreaterThan(0.015);
      expect(Number(row.processingTime)).toBeLessThan(5);
    }
    expect(lab.queue.sends).toEqual([]);
  });

  test('the orders of a batch are processed concurrently', async () => {
    await lab.insert('a', 'b', 'c');
    let running = 0;
    const { promise: allRun, resolve } = Promise.withResolvers<void>();

    await lab.process(['a', 'b', 'c'], {
      processor: () => {
        running += 1;
        if (running === 3) resolve();
        return allRun;
      },
    });

    expect(running).toBe(3);
  });

  test('the processor gets the order as it was stored, and the number of the attempt', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, created_at)
       VALUES ('a', 5, '{3,1}', 0.10, '2026-11-01 12:00+00')`,
    );
    const seen: unknown[] = [];

    await lab.process(['a'], {
      processor: async (order, { attempt }) => {
        seen.push({ ...order, attempt });
        throw new Error('not yet');
      },
      retryPolicy: { maxAttempts: 5, baseMs: 0, maxMs: 0 },
    });
    await lab.process(['a'], { processor: async (order, { attempt }) => void seen.push({ ...order, attempt }) });

    const order = { orderId: 'a', userId: 5, itemIds: [3, 1], totalAmount: '0.10' };
    expect(seen).toMatchObject([
      { ...order, attempt: 1, createdAt: new Date('2026-11-01T12:00:00Z') },
      { ...order, attempt: 2 },
    ]);
  });

  test('a batch is leased for two seconds longer than its invocation can last', async () => {
    await lab.insert('a');
    let leaseSeconds = 0;

    await lab.process(
      ['a'],
      {
        processor: async () => {
          // The history has the time of the claim, or a moment later.
          leaseSeconds = await lab.psql.value(
            `SELECT extract(epoch FROM lease_until - at)::double precision
             FROM orders JOIN order_history USING (order_id) WHERE to_status = 'Processing'`,
          );
        },
      },
      { remainingMs: () => 30_000 },
    );

    expect(leaseSeconds).toBeGreaterThan(31);
    expect(leaseSeconds).toBeLessThanOrEqual(32);
  });

  test('a batch acknowledges orders that are held, finished or waiting, but not unknown ones', async () => {
    await lab.insert('held', 'finished', 'waiting', 'ready');
    await lab.claim(['held']);
    await lab.process(['finished']);
    await lab.psql.rows(`UPDATE orders SET not_before = now() + interval '1 hour' WHERE order_id = 'waiting'`);

    const settled = await lab.process(['held', 'finished', 'waiting', 'ready', 'unknown']);

    expect(settled).toEqual(['finished', 'held', 'ready', 'waiting']);
    expect((await lab.row('waiting')).status).toBe('Pending');
  });

  test('a batch does not acknowledge an order that is locked', async () => {
    await lab.insert('a', 'b');
    const other = await lab.openPsql();
    await other.rows(`BEGIN; SELECT FROM orders WHERE order_id = 'a' FOR UPDATE`);

    const settled = await lab.process(['a', 'b']);
    await other.rows('ROLLBACK');

    expect(settled).toEqual(['b']);
    expect(await lab.process(['a'])).toEqual(['a']);
  });

  test('a batch processes an order that was locked only while the others were claimed', async () => {
    await lab.insert('a', 'b');
    const other = await lab.openPsql();
    await other.rows(`BEGIN; SELECT FROM orders WHERE order_id = 'a' FOR UPDATE`);

    const settled = await lab.process(['a', 'b'], {
      processor: async ({ orderId }) => {
        if (orderId === 'b') await other.rows('ROLLBACK');
      },
    });

    expect(settled).toEqual(['a', 'b']);
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test('an order whose details are missing from the database is Failed without being processed, and can be redriven once they are back', async () => {
    const details = { items: [{ sku: 'MUG', quantity: 2, unitPrice: '4.75', metadata: {} }] };
    for (const orderId of ['a', 'b']) await lab.create(anOrder({ orderId, itemIds: [], details }));
    const processed: string[] = [];
    const process = (...ids: string[]) =>
      lab.process(ids, {
        processor: async ({ orderId, items }) => void processed.push(`${orderId} ${items.length}`),
      });
    await lab.psql.rows(`CREATE TABLE lost AS SELECT * FROM order_details WHERE order_id = 'a'`);
    await lab.psql.rows(`DELETE FROM order_details WHERE order_id = 'a'`);

    expect(await process('a', 'b')).toEqual(['a', 'b']);
    expect(processed).toEqual(['b 1']);
    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      reasonCode: 'details_missing',
      reason: 'The order was stored with details, but order_details has none of it.',
    });

    await lab.psql.rows('INSERT INTO order_details SELECT * FROM lost');
    await lab.psql.rows('DROP TABLE lost');
    await redriveOrders(
      { ...lab, resendAfterSeconds: RESEND_AFTER, maxRedrives: 1 },
      {
        orderIds: ['a'],
        reasonCode: null,
        owner: null,
        after: null,
        limit: 1,
        newRun: false,
        dryRun: false,
        actor: 'operator',
        reason: 'restored',
      },
    );
    await process('a');
    expect(processed).toEqual(['b 1', 'a 1']);
  });

  test('a batch that two workers get at the same time is processed once', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `order-${String(n).padStart(2, '0')}`);
    await lab.insert(...ids);
    const effects: string[] = [];
    const before = lab.statements.length;
    const claims = () => lab.statements.slice(before).filter((sql) => sql.includes('WITH wanted')).length;
    const processor = async ({ orderId }: ProcessorOrder): Promise<void> => {
      effects.push(orderId);
      await waitUntil('both have claimed', () => claims() >= 2);
    };

    await Promise.all([lab.process(ids, { processor }), lab.process(ids.toReversed(), { processor })]);

    expect(effects.sort()).toEqual(ids);
    expect(await lab.psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed' AND token = 1`)).toBe(
      50,
    );
  });

  test('a batch that 20 workers get at once has one effect per order', async () => {
    await lab.insert('a', 'b', 'c');
    const effects: string[] = [];

    await Promise.all(
      Array.from({ length: 20 }, () =>
        lab.process(['a', 'b', 'c'], { processor: async ({ orderId }) => void effects.push(orderId) }),
      ),
    );

    expect(effects.sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('an order that settles before its neighbours', () => {
  const quick = Array.from({ length: 9 }, (_, n) => `quick ${n}`);
  const isCompleted = async () =>
    (await lab.psql.value<number>(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)) === quick.length;

  /** Runs a batch of nine quick orders and a hanging one, which the test lets go. */
  async function startBatch() {
    await lab.insert('hangs', ...quick);
    const begun = Promise.withResolvers<void>();
    const hanging = Promise.withResolvers<void>();
    const statementsBefore = lab.statements.length;
    const working = lab.process(['hangs', ...quick], {
      processor: async ({ orderId }) => {
        if (orderId !== 'hangs') return;
        begun.resolve();
        await hanging.promise;
      },
    });
    await begun.promise;
    const finishes = () => lab.statements.slice(statementsBefore).filter((sql) => sql.includes('WITH verdicts')).length;
    return { working, letGo: hanging.resolve, finishes };
  }

  test('an order that settles early is committed while the others run, in one statement with those that settle then', async () => {
    const { working, letGo, finishes } = await startBatch();

    await waitUntil('the nine quick orders are Completed', isCompleted, 5_000);
    expect(finishes()).toBe(1);
    expect((await lab.row('hangs')).status).toBe('Processing');
    letGo();

    expect(await working).toEqual(['hangs', ...quick]);
    expect(finishes()).toBe(2);
    expect((await lab.row('hangs')).status).toBe('Completed');
  });

  test('an order that settled early is not processed again when the worker dies', async () => {
    const { working, letGo } = await startBatch();
    await waitUntil('the nine quick orders are Completed', isCompleted, 5_000);
    await lab.killLease('hangs', ...quick);
    const again: string[] = [];

    await lab.process(['hangs', ...quick], { processor: async ({ orderId }) => void again.push(orderId) });

    expect(again).toEqual(['hangs']);
    letGo();
    await working;
    expect(await lab.row('hangs')).toMatchObject({ status: 'Completed', token: 2 });
  });

  test('the retry of an order that settles early is sent while the others run', async () => {
    await lab.insert('fails', 'hangs');
    const hanging = Promise.withResolvers<void>();
    const working = lab.process(['fails', 'hangs'], {
      processor: ({ orderId }) => (orderId === 'fails' ? fails(new Error('no'))() : hanging.promise),
    });

    await waitUntil('the retry is sent', () => lab.queue.orderIds.includes('fails'));
    expect(await lab.row('fails')).toMatchObject({ status: 'Pending', attempts: 1 });
    hanging.resolve();
    expect(await working).toEqual(['fails', 'hangs']);
  });

  test('orders that settle within 200 ms share a statement', async () => {
    const orderIds = Array.from({ length: 20 }, (_, n) => `order ${n}`);
    await lab.insert(...orderIds);
    const statementsBefore = lab.statements.length;

    await lab.process(orderIds, {
      processor: async ({ orderId }) => {
        for (let turn = Number(orderId.slice(6)); turn > 0; turn -= 1) await setImmediate();
      },
    });

    const finishes = lab.statements.slice(statementsBefore).filter((sql) => sql.includes('WITH verdicts'));
    expect(finishes.length).toBeLessThanOrEqual(2);
    expect(await lab.psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(20);
  });
});

describe('a worker that lost its lease', () => {
  test('a worker that lost its lease changes nothing: another one completes the order, once', async () => {
    await lab.insert('a');

    await lab.process(['a'], {
      processor: async () => {
        // As if stopped: the lease runs out, and another worker comes by.
        await lab.killLease('a');
        await lab.process(['a'], { processor: simulatedProcessor(0) }, { actor: 'the other' });
      },
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Completed', token: 2, crashes: 1 });
    expect(
      await lab.psql.rows(`SELECT actor FROM order_history WHERE to_status = 'Completed' AND order_id = 'a'`),
    ).toEqual([{ actor: 'the other' }]);
    expect(lab.logger.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringMatching(/lease was lost/) }),
    );
  });

  test('a worker that lost its lease sends no message for a retry', async () => {
    await lab.insert('a');

    await lab.process(['a'], {
      processor: async () => {
        await lab.killLease('a');
        await lab.claim(['a'], { suspects: true });
        throw new Error('too late to matter');
      },
    });

    expect(lab.queue.sends).toEqual([]);
    expect(await lab.row('a')).toMatchObject({ status: 'Processing', token: 2, attempts: 0 });
  });
});

describe('a processor that fails', () => {
  test('a processor that fails schedules a retry: Pending with backoff, and a delayed message', async () => {
    await lab.insert('a', 'b');

    const settled = await lab.process(['a', 'b'], {
      processor: async ({ orderId }) => {
        if (orderId === 'a') throw new Error('no answer from the warehouse');
      },
      retryPolicy: { maxAttempts: 3, baseMs: 60_000, maxMs: 60_000 },
    });

    expect(settled).toEqual(['a', 'b']);
    const row = await lab.row('a');
    expect(row).toMatchObject({
      status: 'Pending',
      attempts: 1,
      crashes: 0,
      lease: null,
      finished: false,
      processingTime: null,
      reasonCode: 'processor_error',
      reason: 'no answer from the warehouse',
    });
    expect(row.notBefore).toBeLessThanOrEqual(60);
    expect((row.due ?? 0) - (row.notBefore ?? 0)).toBeCloseTo(RESEND_AFTER);
    // Not before the order may be claimed: a message that came too early would be of no use.
    const [[message] = []] = lab.queue.sends;
    expect(message?.orderId).toBe('a');
    expect(message?.delaySeconds).toBeGreaterThanOrEqual(row.notBefore ?? 0);
    expect(message?.delaySeconds).toBeLessThanOrEqual((row.notBefore ?? 0) + 3);
    expect(Number.isInteger(message?.delaySeconds)).toBe(true);
    expect((await lab.row('b')).status).toBe('Completed');
  });

  test('the sweep sends a retry that the queue did not accept', async () => {
    await lab.insert('a');
    lab.queue.refuses = () => true;

    expect(await lab.process(['a'], { processor: fails(new Error('no')) })).toEqual(['a']);
    expect((await lab.row('a')).due).toBeGreaterThan(0);
  });

  test('a retry never asks SQS for a delay of more than 15 minutes', async () => {
    await lab.insert('a');

    await lab.process(['a'], {
      processor: fails(new Error('no')),
      retryPolicy: { maxAttempts: 3, baseMs: 900_000, maxMs: 900_000 },
    });

    expect(lab.queue.sends.flat()[0]?.delaySeconds).toBeLessThanOrEqual(900);
  });

  test('a PermanentFailure makes its order Failed immediately, with its code', async () => {
    await lab.insert('a');

    await lab.process(['a'], { processor: fails(new PermanentFailure('card_declined', 'the card was declined')) });

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      attempts: 1,
      due: null,
      notBefore: null,
      finished: true,
      reasonCode: 'card_declined',
      reason: 'the card was declined',
    });
    expect(lab.queue.sends).toEqual([]);
  });

  test('a processor that uses up the attempts makes its order Failed, with the last reason', async () => {
    await lab.insert('a');
    const retryPolicy = { maxAttempts: 3, baseMs: 0, maxMs: 0 };

    for (const attempt of [1, 2, 3])
      await lab.process(['a'], { processor: fails(new Error(`failure ${attempt}`)), retryPolicy });

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      attempts: 3,
      crashes: 0,
      reasonCode: 'processor_error',
      reason: 'failure 3',
    });
    expect(await lab.process(['a'])).toEqual(['a']);
    expect((await lab.row('a')).status).toBe('Failed');
  });

  test('a processor that succeeds after failures clears the reason, and keeps the number of attempts', async () => {
    await lab.insert('a');
    await lab.process(['a'], {
      processor: fails(new Error('no')),
      retryPolicy: { maxAttempts: 3, baseMs: 0, maxMs: 0 },
    });
    await lab.process(['a']);

    expect(await lab.row('a')).toMatchObject({ status: 'Completed', attempts: 1, reasonCode: null, reason: null });
  });

  // A processor is the user's own code: nothing it throws may take the batch with it.
  const thrown: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a string with NUL', 'bad\0news'],
    ['a symbol', Symbol('bad')],
    ['an object without prototype', Object.create(null)],
    ['an error with a lone surrogate', new Error('bad \ud800 news')],
    ['an error of a million characters', new Error('x'.repeat(1_000_000))],
    ['a permanent failure whose code is not storable text', new PermanentFailure('bad\0\ud800code', 'no')],
    ['an error whose message is not a string', Object.assign(new Error(), { message: 42 })],
  ];
  for (const [what, error] of thrown)
    test(`a processor that throws ${what} fails only its own order`, async () => {
      await lab.insert('a', 'b');

      const settled = await lab.process(['a', 'b'], {
        processor: async ({ orderId }) => {
          if (orderId === 'a') throw error;
        },
      });

      expect(settled).toEqual(['a', 'b']);
      const row = await lab.row('a');
      expect(row.attempts).toBe(1);
      expect(['Pending', 'Failed']).toContain(row.status);
      expect((row.reason ?? '').length).toBeLessThanOrEqual(500);
      expect((await lab.row('b')).status).toBe('Completed');
    });

  test('a processor that throws before it returns a promise fails only its own order', async () => {
    await lab.insert('a', 'b');

    await lab.process(['a', 'b'], {
      processor: ({ orderId }) => {
        if (orderId === 'a') throw new Error('at once');
        return Promise.resolve();
      },
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Pending', reason: 'at once' });
    expect((await lab.row('b')).status).toBe('Completed');
  });
});

describe('the number of the attempt', () => {
  test('the attempt number counts every run, and is the same for the processor, the order and its history', async () => {
    await lab.insert('a');
    const seen: [number, boolean][] = [];
    const resurrection = Promise.withResolvers<void>();
    const runOnce = (then: () => Promise<void>) =>
      lab.process(['a'], {
        processor: async (_order, { attempt, isLastAttempt }) => {
          seen.push([attempt, isLastAttempt]);
          await then();
        },
        retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 },
      });

    const dead = runOnce(() => resurrection.promise);
    await waitUntil('the worker that dies has begun', () => seen.length === 1);
    await lab.killLease('a');
    await runOnce(fails(new Error('no')));
    expect(await readOrder(lab.database, 'a', null)).toMatchObject({ status: 'Pending', attempts: 2, crashes: 1 });
    await runOnce(async () => {});
    resurrection.resolve();
    await dead;

    // Of two failures the third attempt would be the second: a dead worker is none.
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(await readOrder(lab.database, 'a', null)).toMatchObject({ status: 'Completed', attempts: 3, crashes: 1 });
    const moves = (await readHistory(lab.database, 'a', null)).map(({ to, attempt }) => `${to} ${attempt}`);
    expect(moves).toEqual(['Pending 0', 'Processing 1', 'Processing 2', 'Pending 2', 'Processing 3', 'Completed 3']);
  });

  test('the attempt number is 1 for an order that is Completed in its first run', async () => {
    await lab.insert('a');
    await lab.process(['a']);

    expect(await readOrder(lab.database, 'a', null)).toMatchObject({ status: 'Completed', attempts: 1 });
  });
});

describe('the idempotency key', () => {
  test('the idempotency key stays the same over failures, dead workers and redrives, and changes with a new run', async () => {
    await lab.insert('a');
    const keys: string[] = [];
    const attempt = (outcome: () => Promise<void>) =>
      lab.process(['a'], {
        processor: (_order, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          return outcome();
        },
        retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 },
      });
    const redrive = (newRun: boolean) =>
      redriveOrders(
        { database: lab.database, queue: lab.queue, resendAfterSeconds: 0, maxRedrives: 9 },
        {
          ...{ orderIds: ['a'], reasonCode: null, owner: null, after: null, limit: 1, dryRun: false },
          ...{ actor: 'operator', reason: 'the bank is back', newRun },
        },
      );
    const resurrection = Promise.withResolvers<void>();

    const dead = attempt(() => resurrection.promise);
    await waitUntil('the worker that dies has begun', () => keys.length === 1);
    await lab.killLease('a');
    for (const _ of [2, 3]) await attempt(fails(new Error('no')));
    resurrection.resolve();
    await dead;
    await redrive(false);
    await attempt(fails(new PermanentFailure('refunded', 'the charge was refunded')));
    await redrive(true);
    await attempt(async () => {});

    expect(keys).toHaveLength(5);
    expect(new Set(keys.slice(0, 4)).size).toBe(1);
    expect(keys[4]).not.toBe(keys[0]);
  });

  test('the idempotency key of an order from the time of unique ids survives a change of owner, and changes with a new run', async () => {
    await lab.insert('a');
    await lab.psql.rows('UPDATE orders SET had_id_alone = true, run = 0');
    const keys: string[] = [];
    const failThenRedrive = async (owner: string, newRun: boolean) => {
      await lab.process([orderKey({ orderId: 'a', owner })], {
        processor: async (_order, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          throw new PermanentFailure('refused', 'no');
        },
      });
      await redriveOrders(
        { database: lab.database, queue: lab.queue, resendAfterSeconds: 0, maxRedrives: 9 },
        {
          ...{ orderIds: ['a'], reasonCode: null, owner: null, after: null, limit: 1, dryRun: false },
          ...{ actor: 'operator', reason: 'the bank is back', newRun },
        },
      );
    };

    await failThenRedrive('', false);
    await lab.psql.rows(`UPDATE orders SET owner = 'shop'`);
    await failThenRedrive('shop', true);
    await failThenRedrive('shop', false);

    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});

describe('the end of the invocation', () => {
  /** Leaves a second for the claim and the work. */
  const SHORT_MS = FINISH_TIME_MS + 1_000;

  test('the end of the invocation aborts the processor in time to commit: Pending, timed out, and an attempt counted', async () => {
    await lab.insert('slow', 'quick');
    const remainingMs = countdown(SHORT_MS);

    const settled = await lab.process(
      ['slow', 'quick'],
      {
        processor: ({ orderId }, context) =>
          orderId === 'slow' ? simulatedProcessor(60_000)({} as never, context) : Promise.resolve(),
      },
      { remainingMs },
    );

    expect(remainingMs()).toBeGreaterThan(0);
    expect(settled).toEqual(['quick', 'slow']);
    expect(await lab.row('slow')).toMatchObject({ status: 'Pending', attempts: 1, reasonCode: 'timed_out' });
    expect((await lab.row('quick')).status).toBe('Completed');
  });

  test('the end of the invocation does not wait for a processor that ignores the signal', async () => {
    await lab.insert('deaf');
    const remainingMs = countdown(SHORT_MS);

    await lab.process(['deaf'], { processor: () => new Promise<void>(() => {}) }, { remainingMs });

    expect(remainingMs()).toBeGreaterThan(0);
    expect(await lab.row('deaf')).toMatchObject({ status: 'Pending', reasonCode: 'timed_out' });
  });

  test('timing out until the budget is used up makes an order Failed', async () => {
    await lab.insert('slow');

    await lab.process(
      ['slow'],
      { processor: () => new Promise<void>(() => {}), retryPolicy: { maxAttempts: 1, baseMs: 0, maxMs: 0 } },
      { remainingMs: countdown(SHORT_MS) },
    );

    expect(await lab.row('slow')).toMatchObject({ status: 'Failed', attempts: 1, reasonCode: 'timed_out' });
  });

  test('the end of the invocation releases orders that were not started, without counting an attempt', async () => {
    await lab.insert('late');
    let begun = false;

    await lab.process(
      ['late'],
      {
        processor: async () => {
          begun = true;
        },
      },
      // The claim took nearly all the time that there was.
      { remainingMs: () => 1_000 },
    );

    expect(begun).toBe(false);
    expect(await lab.row('late')).toMatchObject({ status: 'Pending', attempts: 0, crashes: 0 });
    expect(lab.queue.orderIds).toEqual(['late']);
  });
});

describe('more orders than slots', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `order-${String(n).padStart(3, '0')}`);
  const countIn = (status: string) =>
    lab.psql.value<number>('SELECT count(*)::integer FROM orders WHERE status = $1', [status]);

  test('at most as many orders as there are slots are processed at a time, and all are completed', async () => {
    await lab.insert(...many(60));
    let running = 0;
    let most = 0;

    const settled = await lab.process(many(60), {
      concurrency: 7,
      processor: async () => {
        running += 1;
        most = Math.max(most, running);
        await setImmediate();
        running -= 1;
      },
    });

    expect(settled).toEqual(many(60));
    expect(most).toBe(7);
    expect(await countIn('Completed')).toBe(60);
  });

  test('an order that hangs keeps one slot, and the others use the rest', async () => {
    await lab.insert(...many(40));
    const others = async () => (await countIn('Completed')) === 39;

    await lab.process(many(40), {
      concurrency: 4,
      processor: async ({ orderId }) => {
        if (orderId === 'order-000') await waitUntil('all other orders are completed', others);
      },
    });

    expect(await countIn('Completed')).toBe(40);
  });

  test('quick orders share ever larger claims', async () => {
    await lab.insert(...many(800));
    const before = lab.statements.length;

    await lab.process(many(800), { concurrency: 25 });

    const claims = lab.statements.slice(before).filter((sql) => sql.includes('lost_too_often'));
    expect(await countIn('Completed')).toBe(800);
    expect(claims.length).toBeLessThanOrEqual(8);
  });

  test('orders that do not fit into the time are sent on unclaimed, sharing messages and without counting an attempt', async () => {
    await lab.insert(...many(30));
    // The processor takes longer than half of the time that there is for work.
    let left = 10_000;
    const slow = async (): Promise<void> => {
      left = 3_500;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    };

    const settled = await lab.process(
      many(30).map((key) => ({ key, hops: 1 })),
      { concurrency: 10, processor: slow },
      { remainingMs: () => left },
    );

    expect(settled).toEqual(many(30));
    expect(await countIn('Completed')).toBe(10);
    expect(await lab.psql.value('SELECT sum(token)::integer FROM orders')).toBe(10);
    expect(lab.queue.sends).toHaveLength(1);
    expect(lab.queue.orderIds).toEqual(many(30).slice(10));
    expect(lab.queue.sends.flat().every(({ hops, alone }) => hops === 2 && !alone)).toBe(true);
  });

  test('claimed orders that no longer fit are released without counting an attempt', async () => {
    const quick = ['1', '2', '3', '4'];
    const claimed = ['5 slow', '6', '7', '8'];
    await lab.insert(...quick, ...claimed);
    let left = 30_000;

    await lab.process(
      [...quick, ...claimed],
      {
        concurrency: 1,
        processor: async ({ orderId }) => {
          if (orderId !== '5 slow') return;
          await new Promise((resolve) => setTimeout(resolve, 300));
          left = 2_200;
        },
      },
      { remainingMs: () => left },
    );

    expect(await countIn('Completed')).toBe(5);
    expect(lab.queue.orderIds).toEqual(['6', '7', '8']);
    for (const id of lab.queue.orderIds)
      expect(await lab.row(id)).toMatchObject({ status: 'Pending', token: 1, attempts: 0, reasonCode: 'not_begun' });
  });
});

describe('orders that lost a worker', () => {
  test('orders that lost a worker are processed one at a time, each finished before the next is claimed, after all others', async () => {
    await insertSuspects('s1', 's2', 's3');
    await lab.insert('a', 'b');
    const steps: string[] = [];

    const settled = await lab.process(['s1', 'a', 's2', 'b', 's3'], {
      processor: async ({ orderId }) => {
        const rows = await lab.psql.rows<{ order_id: string }>(
          `SELECT order_id FROM orders WHERE status = 'Processing' AND lease_until > now() ORDER BY order_id`,
        );
        steps.push(`${orderId} while held: ${rows.map(({ order_id }) => order_id).join(' ')}`);
      },
    });

    expect(settled).toEqual(['a', 'b', 's1', 's2', 's3']);
    expect(steps.slice(0, 2).sort()).toEqual(['a while held: a b', 'b while held: a b']);
    expect(steps.slice(2).sort()).toEqual(['s1 while held: s1', 's2 while held: s2', 's3 while held: s3']);
  });

  test('an order that kills its worker every time becomes Failed within its budget, and uses up no other order’s', async () => {
    const others = ['b', 'c', 'd'];
    await lab.insert('killer', ...others);
    /** What each worker held when it died. */
    const deaths: string[][] = [];
    const dead: Promise<unknown>[] = [];
    const resurrection = Promise.withResolvers<void>();
    /** A worker process: what it does after the killer has begun does not happen, as with SIGKILL. */
    const runWorker = async (): Promise<void> => {
      const killed = Promise.withResolvers<'killed'>();
      const parts = {
        processor: async ({ orderId }: ProcessorOrder): Promise<void> => {
          if (orderId !== 'killer') return void (await setImmediate());
          killed.resolve('killed');
          await resurrection.promise;
        },
      };
      const working = lab.process(['killer', ...others], parts);
      if ((await Promise.race([working, killed.promise])) !== 'killed') return;
      dead.push(working);
      const held = await lab.psql.rows<{ order_id: string }>(
        `SELECT order_id FROM orders WHERE lease_until > now() ORDER BY order_id`,
      );
      deaths.push(held.map(({ order_id }) => order_id));
      await lab.killLease('killer', ...others);
    };

    for (let n = 0; n < 6; n += 1) await runWorker();
    // They were not dead after all, only very slow; it is too late for them.
    resurrection.resolve();
    await Promise.all(dead);

    expect(await lab.row('killer')).toMatchObject({
      status: 'Failed',
      crashes: 3,
      attempts: 0,
      reasonCode: 'worker_lost',
    });
    for (const id of others) {
      const row = await lab.row(id);
      expect(row.status).toBe('Completed');
      // Only the first death can have caught them: nobody knew the killer then.
      expect(row.crashes).toBeLessThanOrEqual(1);
    }
    expect(deaths).toEqual([['b', 'c', 'd', 'killer'].filter((id) => deaths[0]?.includes(id)), ['killer'], ['killer']]);
  });

  test('orders that lost a worker and do not fit are sent again, each alone, without counting an attempt', async () => {
    await insertSuspects('s1', 's2');
    await lab.insert('a');
    let left = 30_000;
    const processor = async () => {
      left = 1_500;
    };

    const settled = await lab.process(['s1', 'a', 's2'], { processor }, { remainingMs: () => left });

    expect(settled).toEqual(['a', 's1', 's2']);
    expect(lab.queue.sends.flat().every(({ alone }) => alone)).toBe(true);
    expect(lab.queue.orderIds.sort()).toEqual(['s1', 's2']);
    expect(await lab.row('s1')).toMatchObject({ status: 'Processing', attempts: 0, crashes: 0 });
  });
});

describe('a message that goes back to its queue', () => {
  const afterHops = (hops: number, ...orderIds: string[]) => orderIds.map((key) => ({ key, hops }));
  const withoutTime = { remainingMs: () => 1_500 };

  test('a message that is sent again without an attempt counts one more hop', async () => {
    await insertSuspects('suspect');
    await lab.insert('late');

    await lab.process(afterHops(3, 'suspect', 'late'), {}, withoutTime);

    expect(new Map(lab.queue.sends.flat().map(({ orderId, hops }) => [orderId, hops]))).toEqual(
      new Map([
        ['suspect', 4],
        ['late', 4],
      ]),
    );
  });

  test('a message after its last hop is left to the sweep, which starts from zero', async () => {
    await insertSuspects('suspect');
    await lab.insert('late');

    const settled = await lab.process(afterHops(MAX_HOPS, 'suspect', 'late'), {}, withoutTime);

    expect(settled).toEqual(['late', 'suspect']);
    expect(lab.queue.sends).toEqual([]);
    await lab.psql.rows('UPDATE orders SET due_at = now() WHERE due_at IS NOT NULL');
    expect(await lab.sweep()).toBe(2);
    expect(lab.queue.sends.flat().map(({ hops }) => hops)).toEqual([undefined, undefined]);
  });

  test('the message of a retry starts with zero hops, because the row limits attempts', async () => {
    await lab.insert('a');

    await lab.process(afterHops(MAX_HOPS, 'a'), { processor: fails(new Error('no')) });

    expect(lab.queue.sends.flat()).toEqual([expect.objectContaining({ orderId: 'a', hops: 0 })]);
  });
});

describe('a database that fails under a worker', () => {
  test('a database that fails before the claim acknowledges nothing', async () => {
    await lab.insert('a');
    const proxy = await forThisTest(startTcpProxy(lab.url));
    const worker = await forThisTest(openOrderLab({ url: proxy.url, poolSize: 1 }));
    await proxy.become('closed');

    await expect(worker.process(['a'])).rejects.toMatchObject({ kind: 'unavailable' });

    expect(await lab.row('a')).toMatchObject({ status: 'Pending', crashes: 0 });
  });

  test('a database that fails after the work is retried until the outcome is committed', async () => {
    await lab.insert('a');
    const proxy = await forThisTest(startTcpProxy(lab.url));
    const worker = await forThisTest(openOrderLab({ url: proxy.url, poolSize: 1 }));
    const finishes = () => worker.statements.filter((sql) => sql.includes('WITH verdicts')).length;
    let runs = 0;

    const settled = await worker.process(['a'], {
      processor: async () => {
        runs += 1;
        await proxy.become('closed');
        void waitUntil('the verdict could not be written', () => finishes() > 1).then(() => proxy.become('open'));
      },
    });

    expect(settled).toEqual(['a']);
    expect(runs).toBe(1);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed', crashes: 0 });
  });

  test('a database that fails while another order still runs ends nothing: both outcomes are committed afterwards', async () => {
    await lab.insert('quick', 'slow');
    const proxy = await forThisTest(startTcpProxy(lab.url));
    const worker = await forThisTest(openOrderLab({ url: proxy.url, poolSize: 1 }));
    const slow = Promise.withResolvers<void>();
    let runs = 0;
    const working = worker.process(['quick', 'slow'], {
      processor: async ({ orderId }) => {
        runs += 1;
        if (orderId === 'slow') return slow.promise;
        await proxy.become('closed');
      },
    });
    const finishes = () => worker.statements.filter((sql) => sql.includes('WITH verdicts')).length;
    await waitUntil('the verdict on the quick order could not be written, and is retried', () => finishes() > 1);
    slow.resolve();
    await proxy.become('open');

    expect(await working).toEqual(['quick', 'slow']);
    expect(runs).toBe(2);
    for (const orderId of ['quick', 'slow'])
      expect(await lab.row(orderId)).toMatchObject({ status: 'Completed', token: 1, crashes: 0 });
  });

  test('a rejected outcome makes the batch come back when all of it has ended; the other outcomes are committed', async () => {
    await lab.insert('refused', 'next to it', 'later');
    await lab.psql.rows(
      `ALTER TABLE orders ADD CONSTRAINT by_hand CHECK (order_id <> 'refused' OR status <> 'Completed')`,
    );
    const later = Promise.withResolvers<void>();
    const working = lab.process(['refused', 'next to it', 'later'], {
      processor: ({ orderId }) => (orderId === 'later' ? later.promise : Promise.resolve()),
    });
    await waitUntil('the neighbour is Completed', async () => (await lab.row('next to it')).status === 'Completed');
    later.resolve();

    await expect(working).rejects.toMatchObject({ kind: 'refused' });
    await lab.psql.rows('ALTER TABLE orders DROP CONSTRAINT by_hand');
    expect((await lab.row('refused')).status).toBe('Processing');
    expect((await lab.row('later')).status).toBe('Completed');
  });

  for (const cut of ['before it is sent', 'when it was sent', 'cut after the reply'] as const)
    test(`a connection that breaks ${cut} leaves the order completed once, and acknowledged`, async () => {
      await lab.insert('a');
      const proxy = await forThisTest(startTcpProxy(lab.url));
      const worker = await forThisTest(openOrderLab({ url: proxy.url, poolSize: 1 }));
      proxy.cutAt('WITH verdicts', cut);

      expect(await worker.process(['a'])).toEqual(['a']);

      expect(proxy.cutsDone).toBe(1);
      expect(await lab.row('a')).toMatchObject({ status: 'Completed', token: 1, crashes: 0 });
    });

  test('a claim whose reply was lost is not retried: the batch is redelivered, and the lease protects the order', async () => {
    await lab.insert('a');
    const proxy = await forThisTest(startTcpProxy(lab.url));
    const worker = await forThisTest(openOrderLab({ url: proxy.url, poolSize: 1 }));
    let runs = 0;
    proxy.cutAt('AS MATERIALIZED', 'cut after the reply');

    const processor = async () => {
      runs += 1;
    };
    await expect(worker.process(['a'], { processor })).rejects.toMatchObject({ kind: 'unavailable' });

    expect(runs).toBe(0);
    expect((await lab.row('a')).status).toBe('Processing');
    await lab.killLease('a');
    expect(await worker.process(['a'])).toEqual(['a']);
    expect((await lab.row('a')).status).toBe('Completed');
  });
});
