import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusedItem } from '../support/refusal.ts';

const INVALID = refusedItem('validation_failed', 'Validation Error');

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
});
afterAll(() => service.close());

const anOrder = (orderId: string, values: object = {}) => ({
  order_id: orderId,
  user_id: 1,
  item_ids: [7],
  total_amount: 12345.67,
  ...values,
});
const post = (body: unknown, headers: Record<string, string> = {}) => service.ask('createOrders', { body, headers });

interface Result {
  readonly order_id: string | null;
  readonly status_code: number;
}
const resultsOf = (answer: { body: Record<string, unknown> }) => (answer.body.data as { results: Result[] }).results;

describe('POST /orders/batch', () => {
  test('POST /orders/batch returns for each order what POST /orders would, in order, and no order affects another', async () => {
    await service.post(anOrder('there already'));
    const wrong = anOrder('wrong', { user_id: 'x', item_ids: [1, 2.5] });
    const { request_id: _, ...alone } = (await service.post(wrong)).body;

    const answer = await post({
      orders: [
        anOrder('a'),
        wrong,
        anOrder('there already'),
        7,
        anOrder('b', { total_amount: '1e999' }),
        anOrder('..'),
      ],
    });

    expect(answer).toMatchObject({ status: 207, body: { status_code: 207, data: { accepted: 1, refused: 5 } } });
    expect(resultsOf(answer)).toEqual([
      {
        order_id: 'a',
        status_code: 202,
        message: 'Order successfully processed. Please check status for order id: a',
      },
      { order_id: 'wrong', ...alone },
      {
        order_id: 'there already',
        ...refusedItem('order_exists', 'Order with order_id there already already exists.'),
      },
      {
        order_id: null,
        ...INVALID,
        errors: [{ path: '', message: 'must be a JSON object' }],
      },
      {
        order_id: 'b',
        ...INVALID,
        errors: [expect.objectContaining({ path: 'total_amount' })],
      },
      {
        order_id: '..',
        ...INVALID,
        errors: [expect.objectContaining({ path: 'order_id' })],
      },
    ]);
    expect((await service.getOrder('a')).body.total_amount).toBe('12345.67');
  });

  test('POST /orders/batch accepts a hundred orders, sends a message for each, and they are processed', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `order-${n}`);
    const answer = await post({ orders: ids.map((id) => anOrder(id)) });
    expect(resultsOf(answer).map(({ order_id }) => order_id)).toEqual(ids);
    expect(answer.body.data).toMatchObject({ accepted: 100, refused: 0 });

    const messages = await service.receiveMessages();
    expect(messages).toHaveLength(100);
    expect(await service.deliver(messages)).toEqual([]);
    expect(await service.psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(100);
  });

  test('POST /orders/batch accepts one of several orders with the same id', async () => {
    const results = resultsOf(await post({ orders: [anOrder('a'), anOrder('a'), anOrder('a')] }));
    expect(results.map(({ status_code }) => status_code).sort()).toEqual([202, 400, 400]);
  });

  test('POST /orders/batch, repeated after a lost response, says of each order that it exists', async () => {
    const orders = [anOrder('a'), anOrder('b')];
    await post({ orders });
    expect((await post({ orders })).body.data).toMatchObject({ accepted: 0, refused: 2 });
  });

  test.each<[unknown, string]>([
    [{ orders: [] }, 'orders'],
    [{ orders: Array.from({ length: 101 }, () => 1) }, 'orders'],
    [{ orders: { 0: 1 } }, 'orders'],
    [{}, 'orders'],
    [[anOrder('a')], ''],
    ['x', ''],
    [{ orders: [anOrder('a')], dry_run: true }, 'dry_run'],
  ])('POST /orders/batch rejects %j as a whole', async (body, path) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect(await service.psql.value('SELECT count(*)::integer FROM orders')).toBe(0);
  });

  test('POST /orders/batch rejects a body that is not JSON or too large, and an Idempotency-Key', async () => {
    expect(await service.ask('createOrders')).toMatchObject({ status: 400 });
    const large = { orders: [anOrder('x'.repeat(256 * 1024))] };
    expect(await post(large)).toMatchObject({ status: 413, body: { status_code: 413 } });
    expect(await post({ orders: [anOrder('a')] }, { 'idempotency-key': 'k' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'Idempotency-Key' }] },
    });
  });
});
