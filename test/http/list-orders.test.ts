import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { httpEvent, lambdaContext } from '../support/lambda.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
});
afterAll(() => service.close());

interface Page {
  readonly orders: readonly { readonly order_id: string; readonly status: string }[];
  readonly next_cursor: string | null;
}

async function list(query: Record<string, string> = {}): Promise<Page> {
  const { status, body } = await service.ask('listOrders', { query });
  expect(status).toBe(200);
  return body as unknown as Page;
}
const idsOf = (page: Page) => page.orders.map(({ order_id }) => order_id);
const create = (orderId: string, userId = 1) =>
  service.post({ order_id: orderId, user_id: userId, item_ids: [1], total_amount: 1 });

describe('GET /orders', () => {
  test('GET /orders returns an empty page when there are no orders', async () => {
    expect(await list()).toEqual({ orders: [], next_cursor: null });
  });

  test('GET /orders returns orders in the form of GET /orders/{order_id}, without their steps', async () => {
    await create('a');
    const { orders } = await list();
    const { steps, ...order } = (await service.getOrder('a')).body;
    expect(steps).toEqual([]);
    expect(orders).toEqual([order]);
  });

  test('GET /orders returns 20 orders, newest first, and continues at the cursor to the end', async () => {
    for (let n = 0; n < 45; n += 1) await create(`order-${n}`);
    const found: string[] = [];
    const sizes: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await list(cursor === '' ? {} : { cursor });
      sizes.push(page.orders.length);
      found.push(...idsOf(page));
      cursor = page.next_cursor;
    }
    expect(sizes).toEqual([20, 20, 5]);
    expect(found).toEqual(Array.from({ length: 45 }, (_, n) => `order-${44 - n}`));
  });

  test.each(['reason_code=a&reason_code=b', 'metadata[k]=a&metadata[k]=b'])('GET /orders rejects %s', async (query) => {
    const { handler } = await import('../../functions/http/list-orders.ts');
    const event = httpEvent({ method: 'GET', path: '/api/v1/orders', routeKey: 'GET /api/v1/orders' });
    const [name = ''] = new URLSearchParams(query).keys();
    // As API Gateway passes them on.
    const asking = { ...event, rawQueryString: query, queryStringParameters: { [name]: 'a,b' } };
    const answer = (await handler(asking, lambdaContext())) as { statusCode: number; body: string };
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ path: name, message: 'must be given once' }] });
  });

  test('GET /orders combines filters with a cursor and with each other', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'ü 1/2?&=+']) await create(id, id === 'b' ? 2 : 1);
    await service.ask('cancelOrder', { orderId: 'c' });
    expect(idsOf(await list({ user_id: '2' }))).toEqual(['b']);
    expect(idsOf(await list({ status: 'Cancelled' }))).toEqual(['c']);
    expect(idsOf(await list({ status: 'Cancelled', user_id: '2' }))).toEqual([]);
    expect(idsOf(await list({ order_id_prefix: 'ü 1/2?' }))).toEqual(['ü 1/2?&=+']);
    expect(idsOf(await list({ order_id_prefix: '%' }))).toEqual([]);
    expect(idsOf(await list({ reason_code: 'cancelled' }))).toEqual(['c']);
    expect(idsOf(await list({ reason_code: 'cancelled', status: 'Failed' }))).toEqual([]);
    const first = await list({ user_id: '1', status: 'Pending', limit: '1' });
    expect(idsOf(first)).toEqual(['ü 1/2?&=+']);
    const second = await list({ user_id: '1', status: 'Pending', limit: '2', cursor: first.next_cursor ?? '' });
    expect([idsOf(second), second.next_cursor]).toEqual([['d', 'a'], null]);
    expect(idsOf(await list({ created_from: '2100-01-01T00:00:00Z' }))).toEqual([]);
    expect(
      idsOf(await list({ created_from: '1970-01-01T00:00:00Z', created_to: '9999-12-31T23:59:59.999Z' })),
    ).toHaveLength(5);
  });

  test('GET /orders reads times in any zone', async () => {
    await create('a');
    await service.psql.rows(`UPDATE orders SET created_at = '2026-11-01 12:00+00'`);
    expect(idsOf(await list({ created_from: '2026-11-01T14:00:00+02:00' }))).toEqual(['a']);
    expect(idsOf(await list({ created_to: '2026-11-01T14:00:00.000+02:00' }))).toEqual([]);
  });

  test('GET /orders returns an empty page for an empty time range', async () => {
    await create('a');
    const noon = '2026-11-01T12:00:00Z';
    await service.psql.rows('UPDATE orders SET created_at = $1', [noon]);
    expect(await list({ created_from: noon, created_to: noon })).toEqual({ orders: [], next_cursor: null });
    expect(
      await service.ask('listOrders', { query: { created_from: noon, created_to: '2026-11-01T11:59:59Z' } }),
    ).toMatchObject({ status: 400, body: { errors: [{ path: 'created_to' }] } });
  });

  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each<[string, string, RegExp]>([
    ['status', 'pending', /must be one of Pending, Processing, Waiting, Completed, Failed, Cancelled/],
    ['status', '', /must be one of/],
    ['user_id', '2147483648', /from -2147483648 to 2147483647/],
    ['user_id', '1.5', /must be a whole number/],
    ['user_id', '1,2', /must be a whole number/],
    ['limit', '0', /from 1 to 100/],
    ['limit', '101', /from 1 to 100/],
    ['limit', 'many', /from 1 to 100/],
    ['created_from', 'yesterday', /such as 2026-11-23T09:30:00Z/],
    ['created_from', '2026-11-23T09:30:00', /with its zone/],
    ['created_from', '2026-11-23T09:30:00 01:00', /written %2B/],
    ['created_from', '2026-02-30T09:30:00Z', /such as/],
    ['created_to', '0000-01-01T00:00:00Z', /from 1970 to 9999/],
    ['created_to', '9999-12-31T23:59:59-14:00', /from 1970 to 9999/],
    ['cursor', '', /next_cursor of an earlier response/],
    ['cursor', 'abc', /next_cursor/],
    ['cursor', cursorOf(['1795426200.123456']), /next_cursor/],
    ['cursor', cursorOf(['1795426200.123456', 'a\0']), /next_cursor/],
    ['cursor', cursorOf(['1795426200.123456', '\ud800']), /next_cursor/],
    ['cursor', cursorOf(['-99999999999.000000', 'a']), /next_cursor/],
    ['cursor', cursorOf(["now()'", 'a']), /next_cursor/],
    ['cursor', cursorOf({ length: 2 }), /next_cursor/],
    ['reason_code', '', /must not be empty/],
    ['reason_code', 'a\0', /must not contain NUL/],
    [
      'order_ids',
      'a',
      /allowed: owner, status, order_id_prefix, reason_code, user_id, customer_ref, metadata, updated_from, created_from, created_to, limit, cursor$/,
    ],
  ])('GET /orders rejects %s=%j, and says what it accepts', async (name, value, message) => {
    expect(await service.ask('listOrders', { query: { [name]: value } })).toMatchObject({
      status: 400,
      body: { message: 'Validation Error', errors: [{ path: name, message: expect.stringMatching(message) }] },
    });
  });

  test('GET /orders rejects a range that ends before it begins', async () => {
    const query = { created_from: '2026-11-02T00:00:00Z', created_to: '2026-11-01T00:00:00Z' };
    expect((await service.ask('listOrders', { query })).body.errors).toEqual([
      { path: 'created_to', message: 'must not be before created_from' },
    ]);
  });

  test('GET /orders accepts every cursor that it can return, in the year 1 as in the year 9999', async () => {
    for (const seconds of ['-62135596800.000000', '253402300799.999999', '0.000000'])
      expect(await list({ cursor: cursorOf([seconds, 'x']) })).toMatchObject({ orders: [] });
  });
});
