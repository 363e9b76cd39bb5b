import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import { MAX_QUANTILE_ERROR } from '../../lib/orders/sql/read-window.ts';
import { rollUpMinutes } from '../../lib/orders/sql/roll-up-minutes.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());
beforeEach(() => lab.psql.rows('TRUNCATE orders'));

/** Orders x1 … xN that were completed after N hundredths of a second each. */
async function complete(orders: number): Promise<void> {
  const ids = Array.from({ length: orders }, (_, index) => `x${index + 1}`);
  await lab.insert(...ids);
  const { claims } = await lab.claim(ids);
  await lab.finish(
    ...claims.map(({ orderId, owner, token }) => ({
      orderId,
      owner,
      token,
      status: 'Completed' as const,
      processingTime: Number(orderId.slice(1)) / 100,
      failures: 0,
      delaySeconds: 0,
      reasonCode: null,
      reason: null,
    })),
  );
}

/** Moves what was counted into the past, as if all of it had happened in one minute then. */
const age = (interval: string) =>
  lab.psql.rows(`UPDATE order_minutes SET minute = date_trunc('minute', now() - $1::interval)`, [interval]);

const sums = () =>
  lab.psql.rows<{ event: string; orders: string }>(
    'SELECT event, sum(orders) AS orders FROM order_minutes GROUP BY event ORDER BY event',
  );

describe('the window of the metrics', () => {
  test('the metrics window counts events per minute', async () => {
    await complete(30);
    const { window } = await getMetrics(lab.database, 60);
    const total = (key: 'created' | 'completed') => window.minutes.reduce((sum, minute) => sum + minute[key], 0);
    expect([total('created'), total('completed')]).toEqual([30, 30]);
  });

  test('the metrics window has quantiles as exact as documented', async () => {
    await complete(1_000);
    const { processing } = (await getMetrics(lab.database, 60)).window;
    expect(processing.average).toBeCloseTo(5.005, 6);
    expect(Math.abs((processing.p50 ?? 0) / 5 - 1)).toBeLessThanOrEqual(MAX_QUANTILE_ERROR);
    expect(Math.abs((processing.p95 ?? 0) / 9.5 - 1)).toBeLessThanOrEqual(MAX_QUANTILE_ERROR);
  });

  test('the metrics window has the processing times of each minute', async () => {
    await complete(100);
    await age('5 minutes');
    await lab.psql.rows(`
      INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, token, lease_until)
      SELECT id, 1, '{}', 1, 'Processing', 1, now() FROM unnest('{quick, also quick, slow}'::text[]) AS id;
      UPDATE orders SET status = 'Completed', due_at = NULL, lease_until = NULL,
        processing_time = CASE WHEN order_id = 'slow' THEN 8 ELSE 2 END
      WHERE order_id IN ('quick', 'also quick', 'slow')`);
    const [earlier, now] = (await getMetrics(lab.database, 60)).window.minutes;
    expect(earlier?.processing.average).toBeCloseTo(0.505, 6);
    expect(Math.abs((earlier?.processing.p95 ?? 0) / 0.95 - 1)).toBeLessThanOrEqual(MAX_QUANTILE_ERROR);
    expect(now?.processing.average).toBe(4);
    expect(Math.abs((now?.processing.p95 ?? 0) / 8 - 1)).toBeLessThanOrEqual(MAX_QUANTILE_ERROR);
  });

  test('the metrics window is empty without events', async () => {
    const { window, longestWait } = await getMetrics(lab.database, 60);
    expect(window).toEqual({ minutes: [], processing: { average: null, p50: null, p95: null }, failures: {} });
    expect(longestWait).toBe(0);
  });

  test('the metrics window omits older events', async () => {
    await complete(3);
    await age('11 minutes');
    expect((await getMetrics(lab.database, 10)).window.minutes).toEqual([]);
    expect((await getMetrics(lab.database, 13)).window.minutes).toHaveLength(1);
  });

  test('the metrics window counts failures by code, separately from retries', async () => {
    await lab.insert('a', 'b', 'c');
    await lab.process(['a', 'b'], { retryPolicy: { maxAttempts: 1, baseMs: 1, maxMs: 1 }, processor: fails });
    await lab.process(['c'], { processor: fails });
    const { window } = await getMetrics(lab.database, 60);
    expect(window.failures).toEqual({ processor_error: 2 });
    expect(window.minutes.reduce((sum, minute) => sum + minute.retried, 0)).toBe(1);
  });

  test('the metrics window does not count a redrive as a retry', async () => {
    await lab.insert('a');
    await lab.process(['a'], { retryPolicy: { maxAttempts: 1, baseMs: 1, maxMs: 1 }, processor: fails });
    await lab.psql.rows(
      `UPDATE orders SET status = 'Pending', due_at = now(), finished_at = NULL, reason_code = 'redriven'`,
    );
    const { minutes } = (await getMetrics(lab.database, 60)).window;
    const total = (key: 'created' | 'failed' | 'retried') => minutes.reduce((sum, minute) => sum + minute[key], 0);
    expect([total('created'), total('failed'), total('retried')]).toEqual([1, 1, 0]);
  });

  test('a metrics window of one minute excludes the minute before', async () => {
    await complete(3);
    // Whatever minute it is by the time of the look, these are not of it.
    await age('1 minute');
    expect((await getMetrics(lab.database, 1)).window.minutes).toEqual([]);
    expect((await getMetrics(lab.database, 3)).window.minutes).toHaveLength(1);
  });

  test('the metrics say how long a Pending order has been waiting since it could be claimed', async () => {
    await lab.insert('new', 'old', 'in-backoff', 'redriven');
    await lab.psql.rows(`UPDATE orders SET created_at = now() - interval '90 seconds' WHERE order_id = 'old'`);
    await lab.psql.rows(
      `UPDATE orders SET created_at = now() - interval '1 day', not_before = now() + CASE order_id
         WHEN 'in-backoff' THEN interval '1 hour' ELSE interval '-30 seconds' END
       WHERE order_id IN ('in-backoff', 'redriven')`,
    );
    const longestWait = async () => (await getMetrics(lab.database, 60)).longestWait;
    expect(await longestWait()).toBeCloseTo(90, -1);
    await lab.psql.rows(`DELETE FROM orders WHERE order_id = 'old'`);
    expect(await longestWait()).toBeCloseTo(30, -1);
  });
});

test('the metrics never read all orders', async () => {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount)
     SELECT 'order-' || n, 1, '{}', 1 FROM generate_series(1, 20000) AS n`,
  );
  await lab.psql.rows('ANALYZE orders');
  lab.statements.length = 0;
  await getMetrics(lab.database, 60);
  expect(lab.statements).toHaveLength(3);
  for (const statement of lab.statements) {
    const plan = await lab.psql.rows<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${statement}`);
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).not.toMatch(/(Seq|Bitmap Heap) Scan on orders/);
  }
});

describe('old minutes', () => {
  test('old minutes are published two minutes after their end, each event once', async () => {
    const nothing = { Created: 0, Completed: 0, Failed: 0, Cancelled: 0, Retried: 0 };
    await complete(3);
    expect(await rollUpMinutes(lab.database)).toEqual(nothing);
    await age('1 minute');
    expect(await rollUpMinutes(lab.database)).toEqual(nothing);

    await age('3 minutes');
    expect(await rollUpMinutes(lab.database)).toEqual({ ...nothing, Created: 3, Completed: 3 });
    expect(await rollUpMinutes(lab.database)).toEqual(nothing);
  });

  test('two concurrent roll-ups publish old minutes once, and the second does not wait', async () => {
    await complete(3);
    await age('10 minutes');
    const other = await lab.openPsql();
    // Holds the roll-up that is under way at its first row.
    await other.rows('BEGIN; SELECT FROM order_minutes FOR UPDATE');
    const first = rollUpMinutes(lab.database);
    await waitForLockWaits(lab.psql, 1);

    expect(await rollUpMinutes(lab.database)).toMatchObject({ Created: 0, Completed: 0 });
    await other.rows('COMMIT');
    expect(await first).toMatchObject({ Created: 3, Completed: 3 });
  });

  test('old minutes are not changed once they are rolled up', async () => {
    await complete(3);
    await age('3 days');
    await rollUpMinutes(lab.database);
    const versions = () => lab.psql.rows('SELECT xmin, * FROM order_minutes ORDER BY minute, event, detail');
    const before = await versions();
    await rollUpMinutes(lab.database);
    expect(await versions()).toEqual(before);
  });

  test('old minutes are rolled up into hours without losing events', async () => {
    await complete(20);
    const before = await sums();
    await age('3 days');
    await rollUpMinutes(lab.database);
    expect(await sums()).toEqual(before);
    const [row] = await lab.psql.rows<{ coarse: boolean }>(
      `SELECT bool_and(minute = date_trunc('hour', minute) AND slot = -1) AS coarse FROM order_minutes`,
    );
    expect(row?.coarse).toBe(true);
  });

  test('old minutes include what a long transaction adds late', async () => {
    await complete(5);
    await age('10 minutes');
    await rollUpMinutes(lab.database);
    await lab.psql.rows(
      `INSERT INTO order_minutes SELECT minute, 7, event, detail, 1, processing_time FROM order_minutes WHERE event = 'Created'`,
    );
    await rollUpMinutes(lab.database);
    expect((await sums()).find(({ event }) => event === 'Created')?.orders).toBe('6');
  });

  test('old minutes are deleted after 90 days', async () => {
    await complete(5);
    await age('91 days');
    await rollUpMinutes(lab.database);
    expect(await sums()).toEqual([]);
  });
});

async function fails(): Promise<void> {
  throw new Error('no');
}
