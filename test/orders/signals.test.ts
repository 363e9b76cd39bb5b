import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectPg } from '../../lib/database/pg.ts';
import { Callbacks } from '../../lib/orders/callbacks.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { PermanentFailure, type Processor, SignalTimeout } from '../../lib/processors/processor.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import type { OrderLab } from '../support/order-lab.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

const CHANGE = { actor: 'operator', reason: 'the customer called' };

let lab: OrderLab;
let got: unknown[];

labForTests((opened) => {
  lab = opened;
});

beforeEach(() => {
  got = [];
});

async function attempt(processor: Processor = shipping, deps: Partial<ProcessDeps> = {}): Promise<void> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1) ON CONFLICT DO NOTHING`,
  );
  await lab.process(['a'], { processor, retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 }, ...deps });
}

/** Waits for its parcel for a minute. */
const shipping: Processor = async (_order, { waitFor }) => {
  got.push(await waitFor('shipped', { timeoutSeconds: 60 }));
};

function signal(payload: unknown = { parcel: 7 }, { name = 'shipped', run = null as number | null } = {}) {
  return signalOrder(lab, { orderId: 'a', owner: null, run, name, payload: JSON.stringify(payload) }, 'the warehouse');
}

async function pass(seconds: number): Promise<void> {
  await lab.psql.rows(`UPDATE order_steps SET wake_at = wake_at - $1 * interval '1 second' WHERE kind = 'wait'`, [
    seconds,
  ]);
  await lab.psql.rows(
    `UPDATE orders SET not_before = not_before - $1 * interval '1 second', due_at = due_at - $1 * interval '1 second'
     WHERE status = 'Waiting'`,
    [seconds],
  );
}

const moves = async () =>
  (await readHistory(lab.database, 'a', null)).map(({ to, reasonCode }) => (reasonCode ? `${to}: ${reasonCode}` : to));

describe('a wait', () => {
  test('suspends the order without a lease or an attempt, until its signal comes: then it returns the payload', async () => {
    await attempt();
    expect(await lab.row('a')).toMatchObject({
      status: 'Waiting',
      lease: null,
      attempts: 0,
      reasonCode: 'wait',
      reason: 'shipped',
    });
    lab.queue.sends.length = 0;

    expect(await signal({ parcel: 7 })).toBe('stored');
    expect(lab.queue.sends).toEqual([[{ orderId: 'a', owner: '' }]]);
    await attempt();
    expect(got).toEqual([{ parcel: 7 }]);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed', reasonCode: null });
    expect(await moves()).toEqual([
      'Pending',
      'Processing',
      'Waiting: wait',
      'Waiting: signal_received',
      'Processing',
      'Completed',
    ]);
    expect((await readHistory(lab.database, 'a', null))[3]).toMatchObject({
      from: 'Waiting',
      reason: 'shipped',
      actor: 'the warehouse',
      attempt: 1,
    });
  });

  test('returns the payload at once, without suspending the order, if the signal came before', async () => {
    await lab.insert('a');
    expect(await signal(null)).toBe('stored');
    expect(lab.queue.sends).toEqual([]);
    await attempt();

    expect(got).toEqual([null]);
    expect(await moves()).toEqual(['Pending', 'Pending: signal_received', 'Processing', 'Completed']);
  });

  test('whose signal comes while the order is being suspended is over at once', async () => {
    await attempt(async (order, context) => {
      // After the claim, so the worker does not know of it.
      await signal();
      await shipping(order, context);
    });

    expect(got).toEqual([]);
    expect(lab.queue.sends).toEqual([[expect.objectContaining({ orderId: 'a', delaySeconds: 0 })]]);
    await attempt();
    expect(got).toEqual([{ parcel: 7 }]);
  });

  test('is over at once if its signal is committed while the suspension waits for the lock of the order', async () => {
    const other = await lab.openPsql();
    const attempting = attempt(async (order, context) => {
      await shipping(order, context).catch(async (suspended: unknown) => {
        await other.rows('BEGIN');
        await other.rows(`SELECT FROM orders WHERE order_id = 'a' FOR UPDATE`);
        throw suspended;
      });
    });
    await waitForLockWaits(lab.psql, 1);
    await other.rows(
      `INSERT INTO order_signals (owner, order_id, run, name, payload) VALUES ('', 'a', 1, 'shipped', '1')`,
    );
    await other.rows('COMMIT');
    await attempting;

    expect(await lab.row('a')).toMatchObject({ status: 'Waiting' });
    expect((await lab.row('a')).notBefore).toBeLessThanOrEqual(0);
    await attempt();
    expect(got).toEqual([1]);
  });

  test('throws SignalTimeout when no signal comes in time, and refuses a later signal', async () => {
    await attempt();
    await pass(60);
    await attempt(async (_order, { waitFor }) => {
      await waitFor('shipped', { timeoutSeconds: 60 }).catch((error: unknown) => got.push(error));
    });

    expect(got).toEqual([expect.any(SignalTimeout)]);
    expect((await lab.row('a')).status).toBe('Completed');
    expect(await signal()).toBe('timed-out');
    expect(await moves()).toContain('Processing: signal_timeout');
  });

  test('fails the order with signal_timeout if the processor does not catch the timeout', async () => {
    await attempt();
    await pass(60);
    await attempt();

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      reasonCode: 'signal_timeout',
      reason: expect.stringContaining('"shipped"'),
    });
  });

  test.each([['long', 'short'] as const, ['short', 'long'] as const])(
    'that times out fails the order at its own time, although another wait alongside it goes on (%s, %s)',
    async (...names) => {
      const seconds = { short: 60, long: 3_600 };
      const processor: Processor = async (_order, { waitFor }) => {
        await Promise.all(names.map((name) => waitFor(name, { timeoutSeconds: seconds[name] })));
      };
      await attempt(processor);
      expect(await lab.row('a')).toMatchObject({ status: 'Waiting', reason: 'short' });
      await pass(60);
      await attempt(processor);

      expect(await lab.row('a')).toMatchObject({
        status: 'Failed',
        reasonCode: 'signal_timeout',
        reason: expect.stringContaining('"short"'),
      });
    },
  );

  test('whose timeout the processor catches lets it continue, although another wait alongside it goes on', async () => {
    const processor: Processor = async (_order, { waitFor, step }) => {
      const waits = [waitFor('long', { timeoutSeconds: 3_600 }), waitFor('short', { timeoutSeconds: 60 })];
      await Promise.all(waits).catch((error: unknown) =>
        error instanceof SignalTimeout ? undefined : Promise.reject(error),
      );
      for (const name of ['refund', 'notify']) await step(name, () => void got.push(name));
    };
    await attempt(processor);
    await pass(60);
    await attempt(processor);

    expect(got).toEqual(['refund', 'notify']);
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test('stays timed out in every later attempt', async () => {
    const failing: Processor = async (_order, { waitFor, attempt: number }) => {
      await waitFor('shipped', { timeoutSeconds: 60 }).catch(
        (error: unknown) => error instanceof SignalTimeout && got.push(error.name),
      );
      if (number === 1) throw new Error('no');
    };
    await attempt(failing);
    await pass(60);
    await attempt(failing);
    expect(await signal()).toBe('timed-out');
    await attempt(failing);

    expect(got).toEqual(['SignalTimeout', 'SignalTimeout']);
    expect((await lab.row('a')).status).toBe('Completed');
    expect((await moves()).filter((move) => move.endsWith('signal_timeout'))).toHaveLength(1);
  });

  test('takes a signal that comes after its time but before the worker noticed', async () => {
    await attempt();
    await pass(60);
    await attempt(async (order, context) => {
      await signal();
      await shipping(order, context);
    });

    expect(got).toEqual([{ parcel: 7 }]);
    expect(await moves()).not.toContain('Processing: signal_timeout');
  });

  test('that another signal interrupts goes on until its own time', async () => {
    await attempt();
    await pass(20);
    await signal(null, { name: 'packed' });
    await attempt();

    const { status, notBefore } = await lab.row('a');
    expect(status).toBe('Waiting');
    expect(notBefore).toBeGreaterThan(38);
    expect(notBefore).toBeLessThanOrEqual(40);
  });

  test('times out by the sweep if it is longer than a delayed message', async () => {
    const patient: Processor = (_order, { waitFor }) => waitFor('shipped', { timeoutSeconds: 366 * 86_400 });
    await attempt(patient);
    expect(lab.queue.sends).toEqual([]);
    await pass(366 * 86_400);

    expect(await lab.sweep()).toBe(1);
    await attempt(patient);
    expect((await lab.row('a')).reasonCode).toBe('signal_timeout');
  });

  test('that ends while the queue is down is continued by the sweep', async () => {
    await attempt();
    lab.queue.refuses = () => true;
    await signal();
    lab.queue.refuses = () => false;

    expect(await lab.sweep()).toBe(1);
    await attempt();
    expect(got).toEqual([{ parcel: 7 }]);
  });

  test.each([0, 0.5, -1, Number.NaN, 366 * 86_400 + 1])('of %p seconds fails the order', async (timeoutSeconds) => {
    await attempt((_order, { waitFor }) => waitFor('shipped', { timeoutSeconds }));

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'wait_seconds' });
  });

  test('whose worker lost the order does not time out', async () => {
    await attempt();
    await pass(60);
    await attempt(async (order, context) => {
      await lab.killLease('a');
      await lab.claim(['a'], { suspects: true });
      await shipping(order, context);
    });

    expect(got).toEqual([]);
    expect((await lab.row('a')).status).toBe('Processing');
    expect(await signal()).toBe('stored');
  });

  test('costs no statement to look for a signal that nobody sent', async () => {
    lab.statements.length = 0;
    await attempt();

    expect(lab.statements.filter((statement) => statement.includes('order_signals'))).toEqual([]);
  });
});

describe('a signal', () => {
  test('that is sent twice is stored once: the same one is repeated, another one is in conflict', async () => {
    await attempt();

    expect(await signal({ parcel: 7 })).toBe('stored');
    expect(await signal({ parcel: 7 })).toBe('repeated');
    expect(await signal({ parcel: 8 })).toBe('conflicting');
    await attempt();
    expect(await signal({ parcel: 7 })).toBe('repeated');
    expect(await signal({ parcel: 8 })).toBe('conflicting');
    expect(got).toEqual([{ parcel: 7 }]);
    expect((await moves()).filter((move) => move.endsWith('signal_received'))).toHaveLength(1);
  });

  test('that is repeated sends a message again, because the first request may not have', async () => {
    await attempt();
    await signal();
    lab.queue.sends.length = 0;
    await signal();

    expect(lab.queue.sends).toEqual([[{ orderId: 'a', owner: '' }]]);
  });

  test('is refused once the order is finished, and when it does not exist', async () => {
    expect(await signal()).toBeUndefined();
    await attempt(async () => {});
    expect(await signal()).toEqual({ status: 'Completed' });
  });

  test('for an earlier run is refused, and does not count in the next run', async () => {
    await attempt();
    await signal(1);
    await attempt(async () => Promise.reject(new Error('no')), {
      retryPolicy: { maxAttempts: 1, baseMs: 0, maxMs: 0 },
    });
    await lab.psql.rows(`UPDATE orders SET status = 'Pending', run = 2, due_at = now(), finished_at = NULL`);

    expect(await signal(1, { run: 1 })).toBe('repeated');
    expect(await signal(1, { run: 1, name: 'packed' })).toBe('earlier-run');
    expect(await signal(2, { run: 2 })).toBe('stored');
    await attempt();
    expect(got).toEqual([2]);
  });

  test('is refused when the order has received as many as it may', async () => {
    await attempt();
    await lab.psql.rows('UPDATE orders SET signals = 100');

    expect(await signal()).toBe('too-many');
  });

  test('belongs to the order: it goes when the order is deleted', async () => {
    await attempt();
    await signal();
    await lab.psql.rows('DELETE FROM orders');

    expect(await lab.psql.value('SELECT count(*)::integer FROM order_signals')).toBe(0);
  });

  test('and the timeout of its wait, at the same time as often as you like: exactly one of both wins, and the history says which', async () => {
    const { url, logger } = lab;
    const database = connectPg({ url, poolSize: 4, statementTimeoutMs: 5_000, connectTimeoutMs: 5_000, logger });
    const outcomes = new Set<string>();
    // The signal comes ever later, however long an attempt takes on this machine.
    for (let n = 0; n < 30 || outcomes.size < 2; n += 1) {
      got = [];
      await attempt();
      await pass(60);
      const processor: Processor = async (_order, { waitFor }) => {
        const timedOut = (error: unknown) => (error instanceof SignalTimeout ? 'timeout' : Promise.reject(error));
        got.push(await waitFor('shipped', { timeoutSeconds: 60 }).catch(timedOut));
      };
      const [, outcome] = await Promise.all([
        attempt(processor),
        lab.psql
          .rows('SELECT pg_sleep($1)', [(n / 3_000) * 1.05 ** n])
          .then(() =>
            signalOrder(
              { ...lab, database },
              { orderId: 'a', owner: null, run: null, name: 'shipped', payload: '1' },
              'warehouse',
            ),
          ),
      ]);
      // The worker may have skipped the order, because the signal had it locked.
      if (got.length === 0) await attempt(processor);
      const wins = (await moves()).filter((move) => /signal_(received|timeout)$/.test(move));
      expect(wins).toHaveLength(1);
      const isSignal = wins[0]?.endsWith('signal_received');
      expect([outcome, got]).toEqual(isSignal ? ['stored', [1]] : [expect.anything(), ['timeout']]);
      outcomes.add(String(outcome));
      await lab.psql.rows('TRUNCATE orders');
    }
    await database.close();
  });
});

describe('the report on an order', () => {
  const wait = async () => (await readOrder(lab.database, 'a', null))?.steps[0];

  test('shows a wait from its beginning to its signal', async () => {
    await attempt();
    expect(await wait()).toMatchObject({ name: 'shipped', kind: 'wait', state: 'waiting', attempt: 1, resultBytes: 0 });
    expect((await wait())?.finishedAt.getTime()).toBeGreaterThan(Date.now() + 50_000);
    await signal({ parcel: 7 });
    expect(await wait()).toMatchObject({ state: 'completed', resultBytes: 12 });
    expect((await wait())?.finishedAt.getTime()).toBeLessThan(Date.now() + 1_000);
  });

  test('says that a wait timed out, or that its order was cancelled before', async () => {
    await attempt();
    await pass(60);
    await attempt();
    expect((await wait())?.state).toBe('timed_out');
    await lab.psql.rows('TRUNCATE orders');

    await attempt();
    await cancelOrder(lab.database, 'a', null, CHANGE);
    expect((await wait())?.state).toBe('abandoned');
    expect(await signal()).toEqual({ status: 'Cancelled' });
  });
});

test('the steps after a wait whose signal came first are undone, although there is no record of the wait', async () => {
  const doomed: Processor = async (_order, { waitFor, step }) => {
    await waitFor('shipped', { timeoutSeconds: 60 });
    await step('charge', () => got.push('charged'), { undo: () => void got.push('refunded') });
    throw new PermanentFailure('sold_out', 'none left');
  };
  await lab.insert('a');
  await signal();
  await attempt(doomed);
  await attempt(doomed);

  expect(got).toEqual(['charged', 'refunded']);
  expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'sold_out' });
});

describe('callbackUrl', () => {
  test('gives the URL of a signal to the current run, the same in every attempt', async () => {
    const callbacks = new Callbacks('https://orders.example/api/v1', [Buffer.alloc(32)]);
    const processor: Processor = async (_order, { callbackUrl, attempt: number }) => {
      got.push(callbackUrl('shipped'));
      if (number === 1) throw new Error('no');
    };
    await attempt(processor, { callbacks });
    await attempt(processor, { callbacks });

    expect(got[0]).toBe(got[1]);
    const token = String(got[0]).split('/').at(-1) ?? '';
    expect(callbacks.read(token)).toEqual({ owner: '', orderId: 'a', run: 1, name: 'shipped' });
  });

  test('says which setting is missing', async () => {
    await attempt(async (_order, { callbackUrl }) => void callbackUrl('shipped'));

    expect(await lab.row('a')).toMatchObject({
      status: 'Pending',
      reasonCode: 'callback_not_configured',
      reason: expect.stringContaining('CALLBACK_SECRET'),
    });
  });
});
