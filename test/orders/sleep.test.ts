import { describe, expect, test } from '@jest/globals';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { switchProcessing } from '../../lib/orders/sql/processing-control.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { AttemptStopped, type Processor } from '../../lib/processors/processor.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { type OrderLab, RESEND_AFTER } from '../support/order-lab.ts';

const TIMES = { startedAt: expect.any(Date), finishedAt: expect.any(Date) };

const NOT_UNDOABLE = { undo: null, undoneAt: null };

const YEAR = 366 * 86_400;

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

async function attempt(processor: Processor, deps: Partial<ProcessDeps> = {}): Promise<string[]> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1) ON CONFLICT DO NOTHING`,
  );
  return lab.process(['a'], { processor, retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 }, ...deps });
}

/** Lets so much time pass for the order. */
async function pass(seconds: number): Promise<void> {
  await lab.psql.rows(`UPDATE order_steps SET wake_at = wake_at - $1 * interval '1 second' WHERE kind = 'sleep'`, [
    seconds,
  ]);
  await lab.psql.rows(
    `UPDATE orders SET not_before = not_before - $1 * interval '1 second', due_at = due_at - $1 * interval '1 second'`,
    [seconds],
  );
}

/** Reserves, sleeps, charges. */
function sleeper(seconds: number, runs: string[]): Processor {
  return async (_order, { step, sleep, attempt }) => {
    await step('reserve', () => void runs.push(`reserve ${attempt}`));
    await sleep('cool off', seconds);
    await step('charge', () => void runs.push(`charge ${attempt}`));
  };
}

describe('a sleep', () => {
  test.each([5, 60, 900])(
    'of %i s suspends the order without a lease or an attempt, and a delayed message wakes it',
    async (seconds) => {
      const runs: string[] = [];
      await attempt(sleeper(seconds, runs));

      const row = await lab.row('a');
      expect(row).toMatchObject({
        status: 'Waiting',
        lease: null,
        attempts: 0,
        crashes: 0,
        reasonCode: 'sleep',
        reason: 'cool off',
      });
      expect(row.notBefore).toBeGreaterThan(seconds - 5);
      expect(row.due).toBeGreaterThan(seconds + RESEND_AFTER - 5);
      expect(lab.queue.sends).toEqual([
        [expect.objectContaining({ orderId: 'a', delaySeconds: Math.min(900, seconds + 1) })],
      ]);

      expect(await attempt(sleeper(seconds, runs))).toEqual(['a']);
      expect((await lab.row('a')).status).toBe('Waiting');
      await pass(seconds);
      await attempt(sleeper(seconds, runs));
      expect(await lab.row('a')).toMatchObject({ status: 'Completed', reasonCode: null });
      expect(runs).toEqual(['reserve 1', 'charge 1']);
    },
  );

  test('of a year has no message until a quarter of an hour before it is over, when the sweep sends one that is delayed until then', async () => {
    await attempt(sleeper(YEAR, []));
    expect(lab.queue.sends).toEqual([]);
    const { due, notBefore } = await lab.row('a');
    expect(due).toBeCloseTo((notBefore as number) - 900, 1);
    expect(await lab.sweep()).toBe(0);

    await pass(YEAR - 890);
    expect(await lab.sweep()).toBe(1);
    expect(lab.queue.sends.flat()[0]?.delaySeconds).toBeGreaterThan(885);
    expect(lab.queue.sends.flat()[0]?.delaySeconds).toBeLessThanOrEqual(892);
    expect(await lab.sweep()).toBe(0);

    await pass(890);
    await attempt(sleeper(YEAR, []));
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test.each([0, 0.5, -1, Number.NaN, YEAR + 1, '60'])(
    'of %p seconds fails the order, naming the sleep',
    async (seconds) => {
      await attempt((_order, { sleep }) => sleep('cool off', seconds as number));

      expect(await lab.row('a')).toMatchObject({
        status: 'Failed',
        reasonCode: 'sleep_seconds',
        reason: expect.stringContaining('"cool off"'),
      });
    },
  );

  test('counts no failure, so that the budget of attempts is left for failures', async () => {
    const failing: Processor = async (_order, { sleep, isLastAttempt }) => {
      await sleep('cool off', 60);
      if (!isLastAttempt) throw new Error('no');
    };
    await attempt(failing);
    await pass(60);
    await attempt(failing);
    expect(await lab.row('a')).toMatchObject({ status: 'Pending', attempts: 1 });
    await attempt(failing);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
  });

  test('suspends the order whatever the processor makes of it', async () => {
    const seen: string[] = [];
    await attempt(async (_order, { step, sleep }) => {
      const stopped = (error: unknown) => seen.push(error instanceof AttemptStopped ? 'stopped' : String(error));
      await sleep('cool off', 60).catch(stopped);
      await step('charge', () => seen.push('charged')).catch(stopped);
    });

    expect(seen).toEqual(['stopped', 'stopped']);
    expect((await lab.row('a')).status).toBe('Waiting');
  });

  test('that began before its worker died ends when it would have ended', async () => {
    await lab.insert('a');
    await lab.claim(['a']);
    await lab.psql.rows(
      `INSERT INTO order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, wake_at)
       SELECT owner, order_id, run, 'cool off', 'sleep', 1, token, now(), now() + interval '60 seconds', now() + interval '60 seconds' FROM orders`,
    );
    await lab.killLease('a');
    await pass(20);
    await attempt(sleeper(60, []));

    const { notBefore, status } = await lab.row('a');
    expect(status).toBe('Waiting');
    expect(notBefore).toBeGreaterThan(38);
    expect(notBefore).toBeLessThanOrEqual(40);
  });

  test('a sleep alongside another one and a step waits for the step, and ends with the first of both', async () => {
    const runs: string[] = [];
    const processor: Processor = async (_order, { step, sleep }) => {
      await Promise.all([
        sleep('long', 600),
        sleep('short', 60),
        step('charge', async () => {
          await lab.psql.rows('SELECT pg_sleep(0.05)');
          runs.push('charge');
        }),
      ]);
    };
    await attempt(processor);
    expect((await lab.row('a')).notBefore).toBeLessThanOrEqual(60);
    await pass(60);
    await attempt(processor);
    await pass(540);
    await attempt(processor);

    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
    expect(runs).toEqual(['charge']);
  });

  test('that is over lets its branch continue, and the order sleeps again until a longer one alongside it is over', async () => {
    const runs: string[] = [];
    const processor: Processor = async (_order, { step, sleep }) => {
      const branch = async () => {
        await sleep('short', 60);
        for (const name of ['charge', 'ship']) await step(name, () => void runs.push(name));
      };
      await Promise.all([sleep('long', 600), branch()]);
    };
    await attempt(processor);
    await pass(60);
    await attempt(processor);

    expect(runs).toEqual(['charge', 'ship']);
    expect(await lab.row('a')).toMatchObject({ status: 'Waiting', reason: 'long' });
    await pass(540);
    await attempt(processor);
    expect((await lab.row('a')).status).toBe('Completed');
  });
});

describe('the time of a sleep', () => {
  /** Seconds from the end of the sleep until the order may continue. */
  const overslept = () =>
    lab.psql.value(
      `SELECT extract(epoch FROM o.not_before - s.wake_at)::double precision
       FROM orders o JOIN order_steps s USING (owner, order_id) WHERE s.kind = 'sleep'`,
    );
  const slow = () => lab.psql.rows('SELECT pg_sleep(1)').then(() => undefined);

  test('a step alongside a sleep does not prolong it', async () => {
    await attempt(async (_order, { step, sleep }) => {
      await Promise.all([sleep('cool off', 60), step('slow', slow)]);
    });

    expect(await overslept()).toBeLessThan(0.5);
  });

  test('a step before a sleep that began in an earlier attempt does not prolong it', async () => {
    await attempt(sleeper(60, []));
    await lab.psql.rows('UPDATE orders SET not_before = now()');
    await attempt(async (_order, { step, sleep }) => {
      await step('slow', slow);
      await sleep('cool off', 60);
    });

    expect(await overslept()).toBeLessThan(0.5);
  });

  test('an endless loop of sleeps fails the order before its records are too many to be read', async () => {
    await lab.insert('a');
    await lab.claim(['a']);
    await lab.psql.rows(
      `INSERT INTO order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, wake_at)
       SELECT owner, order_id, run, 'nap ' || n, 'sleep', 1, token, now(), now(), now()
       FROM orders, generate_series(1, 2550) AS n`,
    );
    await lab.killLease('a');
    await attempt(async (_order, { sleep }) => {
      for (let n = 1; ; n += 1) await sleep(`nap ${n}`, 60);
    });

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      reasonCode: 'steps_too_large',
      reason: expect.stringContaining('"nap 2551"'),
    });
  });
});

describe('a Waiting order', () => {
  test('counts as Waiting, and not as the longest wait', async () => {
    await attempt(sleeper(600, []));
    await lab.psql.rows(`UPDATE orders SET created_at = now() - interval '1 day'`);

    const { counters, longestWait } = await getMetrics(lab.database, 60);
    expect(counters.byStatus).toMatchObject({ Pending: 0, Processing: 0, Waiting: 1 });
    expect(longestWait).toBe(0);
  });

  test('says so in its history and when it continues, with one attempt', async () => {
    await attempt(sleeper(600, []));

    const order = await readOrder(lab.database, 'a', null);
    expect(order).toMatchObject({ status: 'Waiting', attempts: 1, reasonCode: 'sleep', reason: 'cool off' });
    expect(order?.nextAttemptAt?.getTime()).toBeGreaterThan(Date.now() + 590_000);
    await pass(600);
    await attempt(sleeper(600, []));
    const moves = (await readHistory(lab.database, 'a', null)).map(({ to, attempt }) => `${to} ${attempt}`);
    expect(moves).toEqual(['Pending 0', 'Processing 1', 'Waiting 1', 'Processing 1', 'Completed 1']);
  });

  test('shows its steps: what they are and when, but not their results', async () => {
    await attempt(async (_order, { step, sleep }) => {
      await step('reserve', () => 'secret');
      await sleep('cool off', 600);
    });

    const order = await readOrder(lab.database, 'a', null);
    expect(order?.steps).toEqual([
      { name: 'reserve', kind: 'step', state: 'completed', attempt: 1, resultBytes: 8, ...NOT_UNDOABLE, ...TIMES },
      { name: 'cool off', kind: 'sleep', state: 'sleeping', attempt: 1, resultBytes: 0, ...NOT_UNDOABLE, ...TIMES },
    ]);
    await pass(600);
    await lab.psql.rows(`UPDATE order_steps SET finished_at = wake_at WHERE kind = 'sleep'`);
    expect((await readOrder(lab.database, 'a', null))?.steps[1]?.state).toBe('completed');
  });

  test('can be cancelled, and is not processed any more', async () => {
    const runs: string[] = [];
    await attempt(sleeper(60, runs));
    const change = { actor: 'operator', reason: 'the customer called' };
    expect(await cancelOrder(lab.database, 'a', null, change)).toMatchObject({ order: { status: 'Cancelled' } });
    await attempt(sleeper(60, runs));

    expect(runs).toEqual(['reserve 1']);
    expect((await lab.row('a')).status).toBe('Cancelled');
  });

  test('keeps its attempt when it is cancelled, and its sleep ends then', async () => {
    await attempt(sleeper(60, []));
    await cancelOrder(lab.database, 'a', null, { actor: 'operator', reason: 'the customer called' });

    const order = await readOrder(lab.database, 'a', null);
    expect(order).toMatchObject({ status: 'Cancelled', attempts: 1 });
    expect((await readHistory(lab.database, 'a', null)).at(-1)).toMatchObject({ to: 'Cancelled', attempt: 1 });
    expect(order?.steps[1]).toMatchObject({ name: 'cool off', state: 'completed', finishedAt: order?.finishedAt });
  });

  test('whose sleep ended while processing was paused continues when it is resumed', async () => {
    const change = { actor: 'operator', reason: null };
    await attempt(sleeper(60, []));
    await pass(60);
    await lab.psql.rows(`UPDATE orders SET due_at = now() + interval '15 minutes'`);
    await switchProcessing(lab.database, true, change);
    expect(await attempt(sleeper(60, []))).toEqual(['a']);
    await switchProcessing(lab.database, false, change);

    expect(await lab.sweep()).toBe(1);
  });

  test('cannot be finished, and moves only to Processing with a new token, or to Cancelled', async () => {
    await attempt(sleeper(60, []));
    for (const status of ['Completed', 'Failed', 'Pending'])
      await expect(
        lab.psql.rows(`UPDATE orders SET status = $1, due_at = CASE WHEN $1 = 'Pending' THEN now() END`, [status]),
      ).rejects.toThrow(`may not move from Waiting to ${status}`);
    await expect(lab.psql.rows(`UPDATE orders SET status = 'Processing', lease_until = now()`)).rejects.toThrow(
      'may not move from Waiting to Processing',
    );
  });
});
