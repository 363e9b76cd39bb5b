import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { connect } from '../../lib/runtime/connections.ts';
import { createSweep } from '../../lib/runtime/sweep.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';

let service: Functions;
let log: CapturedLog;

beforeAll(async () => {
  service = await loadFunctions({ settings: { METRICS_NAMESPACE: 'orders-test', LOG_LEVEL: 'WARN' } });
  log = captureLog();
});

afterEach(async () => {
  log.clear();
  await service.psql.rows('TRUNCATE orders');
});

afterAll(async () => {
  log?.release();
  await service?.close();
});

const order = (orderId: string) => ({ order_id: orderId, user_id: 7, item_ids: [1], total_amount: 19.99 });

/** Minutes are told when they are over; this makes those that have counted something older. */
const passTime = () => service.psql.rows(`UPDATE order_minutes SET minute = minute - interval '10 minutes'`);

const nothing = {
  OrdersAccepted: 0,
  OrdersCompleted: 0,
  OrdersFailed: 0,
  OrdersRetried: 0,
  OrdersCancelled: 0,
  OrdersResent: 0,
  OrdersPending: 0,
  LongestWait: 0,
};

describe('each sweep', () => {
  test('each sweep publishes the events since the last one, once, in the form of CloudWatch', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) expect((await service.post(order(id))).status).toBe(202);
    await service.deliver(['a', 'b'].map(encodeMessage));
    await service.ask('cancelOrder', { orderId: 'c' });
    await service.psql.rows(`UPDATE orders SET due_at = now() WHERE order_id = 'd'`);
    await passTime();

    await service.sweep();
    await service.sweep();

    const [first, second] = log.entries;
    expect(log.entries).toHaveLength(2);
    expect(first).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'orders-test',
            Dimensions: [['service']],
            Metrics: Object.keys(nothing).map((Name) => ({
              Name,
              Unit: Name === 'LongestWait' ? 'Seconds' : 'Count',
            })),
          },
        ],
      },
      service: 'orders',
      ...nothing,
      OrdersAccepted: 5,
      OrdersCompleted: 2,
      OrdersCancelled: 1,
      OrdersResent: 1,
      OrdersPending: 2,
      LongestWait: expect.any(Number),
    });
    expect(first?.LongestWait).toBeGreaterThan(0);
    expect(second).toMatchObject({ ...nothing, OrdersPending: 2, LongestWait: expect.any(Number) });
  });

  test('each sweep publishes zeros without events, so that silence means that it does not run', async () => {
    await service.sweep();
    expect(log.entries).toMatchObject([nothing]);
  });

  test('each sweep publishes each count as the metric of its name', async () => {
    const become = (statement: string, from: number, to: number) =>
      service.psql.rows(`UPDATE orders SET ${statement} WHERE user_id BETWEEN $1 AND $2`, [from, to]);
    await service.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) SELECT n, n, '{}', 1 FROM generate_series(1, 11) AS n`,
    );
    await become(`status = 'Processing', token = 1, lease_until = now()`, 1, 6);
    const ended = 'lease_until = NULL, finished_at = now(), due_at = NULL';
    await become(`status = 'Completed', processing_time = 1, ${ended}`, 1, 1);
    await become(`status = 'Failed', reason_code = 'x', ${ended}`, 2, 3);
    await become(`status = 'Pending', reason_code = 'x', lease_until = NULL`, 4, 6);
    await become(`status = 'Cancelled', due_at = NULL`, 7, 10);
    await passTime();

    await service.sweep();

    expect(log.entries).toMatchObject([
      {
        OrdersAccepted: 11,
        OrdersCompleted: 1,
        OrdersFailed: 2,
        OrdersRetried: 3,
        OrdersCancelled: 4,
        OrdersResent: 0,
        OrdersPending: 4,
      },
    ]);
  });
});

describe('without a namespace', () => {
  test('without a namespace no metrics are published, and the minutes are still rolled up', async () => {
    await service.post(order('a'));
    await passTime();
    const sweep = createSweep(connect({ ...process.env, METRICS_NAMESPACE: '' }));

    await sweep.reportMetrics(0);

    await sweep.close();
    expect(log.text).toBe('');
    expect(await service.psql.rows('SELECT slot FROM order_minutes')).toEqual([{ slot: -1 }]);
  });
});
