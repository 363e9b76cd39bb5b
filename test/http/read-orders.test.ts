import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions();
});

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
});

afterAll(() => service.close());

const anOrder = (orderId: string) => ({ order_id: orderId, user_id: 1, item_ids: [7, 8], total_amount: 12345.67 });

const NOT_FOUND = refusal('order_not_found', 'Order not found');

describe('GET /orders/{order_id}', () => {
  test('GET /orders/{order_id} returns an order with its id, status and all other fields', async () => {
    await service.post(anOrder('ORD111'));

    const { status, headers, body } = await service.getOrder('ORD111');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual({
      order_id: 'ORD111',
      owner: '',
      status: 'Pending',
      next_states: ['Processing', 'Cancelled'],
      user_id: 1,
      item_ids: [7, 8],
      total_amount: '12345.67',
      currency: null,
      customer_ref: null,
      process_after: null,
      metadata: {},
      items: [],
      processing_time: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      finished_at: null,
      attempts: 0,
      crashes: 0,
      redrives: 0,
      next_attempt_at: null,
      reason_code: null,
      reason: null,
      cancel_requested_at: null,
      ends_as: null,
      steps: [],
    });
  });

  test('GET /orders/{order_id} follows the order to Completed', async () => {
    await service.post(anOrder('a'));
    expect((await service.getOrder('a')).body.status).toBe('Pending');

    await service.deliver([encodeMessage('a')]);

    expect((await service.getOrder('a')).body).toMatchObject({
      order_id: 'a',
      status: 'Completed',
      processing_time: expect.any(Number),
      finished_at: expect.any(String),
    });
  });

  test('GET /orders/{order_id} returns when the next attempt may start', async () => {
    await service.post(anOrder('a'));
    await service.psql.rows(`UPDATE orders SET not_before = '2126-11-01 12:00+00'`);

    expect((await service.getOrder('a')).body.next_attempt_at).toBe('2126-11-01T12:00:00.000Z');
  });

  test('GET /orders/{order_id} returns 304 without a body for a matching ETag, until the order changes', async () => {
    await service.post(anOrder('a'));
    const first = await service.getOrder('a');
    expect(first.headers).toMatchObject({
      etag: expect.stringMatching(/^"[\w-]+"$/),
      'cache-control': 'private, no-cache',
    });
    const { etag = '' } = first.headers;
    const again = (condition: string) =>
      service.ask('getOrder', { orderId: 'a', headers: { 'if-none-match': condition } });

    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, ` ${etag},"other"`, '*'])
      expect(await again(condition)).toMatchObject({ status: 304, text: '', headers: { etag } });
    for (const condition of ['"other"', etag.replaceAll('"', ''), '', `"${etag}`.slice(0, -1)])
      expect(await again(condition)).toMatchObject({ status: 200, text: first.text });

    await service.deliver([encodeMessage('a')]);
    expect(await again(etag)).toMatchObject({ status: 200, body: { status: 'Completed', next_states: [] } });
  });

  const unknown: [string, string][] = [
    ['an id that nobody has', 'ORD999'],
    ['an id in other letters', 'ord111'],
    ['an empty id', ''],
    ['NUL', '\0'],
    ['an id with NUL', 'ORD111\0'],
    ['a lone surrogate', '\ud800'],
    ['what SQL would like', `' OR '1'='1`],
    ['a wildcard', '%'],
    ['10,000 characters', 'x'.repeat(10_000)],
    ['control characters', '\u0001\u001f\u007f'],
  ];
  for (const [what, orderId] of unknown)
    test(`GET /orders/{order_id} returns 404 for ${what}`, async () => {
      await service.post(anOrder('ORD111'));

      const { status, body } = await service.getOrder(orderId);

      expect({ status, body }).toEqual({ status: 404, body: NOT_FOUND });
    });

  test('GET /orders/{order_id} distinguishes a lone surrogate from the replacement character', async () => {
    await service.post(anOrder('\ufffd'));

    expect((await service.getOrder('\ufffd')).status).toBe(200);
    expect((await service.getOrder('\ud800')).status).toBe(404);
  });
});

test.each([
  'createOrder',
  'listOrders',
  'getOrder',
  'getOrderHistory',
  'getMetrics',
  'listFailures',
  'listAudit',
  'getProcessing',
  'getHealth',
] as const)('%s lets no cache keep its response, and no browser guess its type', async (name) => {
  const { headers } = await service.ask(name, { orderId: 'unknown' });
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

describe('GET /metrics', () => {
  const metrics = async () => {
    const { status, body } = await service.getMetrics();
    expect(status).toBe(200);
    return body;
  };

  test('GET /metrics returns zeros without orders, in the shape and the spelling of the contract', async () => {
    expect(await metrics()).toMatchObject({
      status_code: 200,
      message: 'Succesfully fetched metrics Ddta',
      data: {
        total_orders_processed: 0,
        total_processing_time: 0,
        status_counts: { Pending: 0, Processing: 0, Completed: 0, Failed: 0, Cancelled: 0 },
      },
    });
  });

  test('GET /metrics counts each status, and the three old ones as total_orders_processed', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await service.post(anOrder(id));
    await service.psql.rows(`
      UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'a';
      UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id IN ('b', 'c', 'd');
      UPDATE orders SET status = 'Failed', due_at = NULL, lease_until = NULL WHERE order_id = 'c';
      UPDATE orders SET status = 'Completed', due_at = NULL, lease_until = NULL, processing_time = 2 WHERE order_id = 'd'`);

    expect((await metrics()).data).toMatchObject({
      total_orders_processed: 5,
      total_processing_time: 2,
      status_counts: { Pending: 3, Processing: 1, Completed: 1, Failed: 1, Cancelled: 1 },
    });
  });

  test('GET /metrics covers the requested window, and rejects an invalid one', async () => {
    const ask = (window: string) => service.getMetrics({ window });
    expect((await ask('5')).body).toMatchObject({ data: { window: { minutes: 5 } } });
    for (const window of ['0', '1441', '1.5', 'x', ''])
      expect(await ask(window)).toMatchObject({
        status: 400,
        body: { message: 'Validation Error', errors: [{ path: 'window' }] },
      });
  });

  test('GET /metrics returns the mean time of Completed orders as total_processing_time, in seconds', async () => {
    await service.psql.rows(`
      INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, processing_time)
      VALUES ('a', 1, '{}', 1, 'Completed', NULL, 2.0012), ('b', 1, '{}', 1, 'Completed', NULL, 2.01),
             ('old and without a time', 1, '{}', 1, 'Completed', NULL, NULL)`);

    expect((await metrics()).data).toMatchObject({ total_processing_time: 2.0056 });
  });

  test('GET /metrics counts 20 orders that were posted and processed', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `order-${n}`);
    await Promise.all(ids.map((id) => service.post(anOrder(id))));
    await service.deliver(ids.slice(0, 15).map(encodeMessage));

    const { data } = (await metrics()) as { data: { total_processing_time: number } };
    expect(data).toMatchObject({
      total_orders_processed: 20,
      status_counts: { Pending: 5, Processing: 0, Completed: 15, Failed: 0, Cancelled: 0 },
    });
    const mean = await service.psql.value<number>('SELECT avg(processing_time)::double precision FROM orders');
    expect(data.total_processing_time).toBeCloseTo(mean, 5);
    expect(data.total_processing_time).toBeGreaterThan(0);
  });
});
