import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../lib/routes.ts';
import { askFunction } from '../auth/gateway.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { httpEvent, lambdaContext } from '../support/lambda.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
afterAll(() => service.close());

/** Ids that a path cannot carry, or that it carries differently from gateway to gateway; the first two are imported ones. */
const IDS = ['.', '..', 'a/b', 'a/redrive', 'a?b', 'a#b', 'a%b', '%2e', 'a b', 'a+b', 'a,b', 'a&order_id=c', 'grün'];

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  for (const orderId of [...IDS, 'a', 'b'])
    await service.psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 1, '{}', 1)`, [
      orderId,
    ]);
});

const ask = (method: 'GET' | 'POST', path: string, orderId: string) => {
  const route = ROUTES.find((one) => one.method === method && one.path === `/api/v1${path}`);
  if (!route) throw new Error(`There is no ${method} ${path}`);
  return askFunction(route, undefined, { orderId });
};

const cancelled = async () =>
  (await service.psql.rows<{ order_id: string }>(`SELECT order_id FROM orders WHERE status = 'Cancelled'`)).map(
    ({ order_id: orderId }) => orderId,
  );

describe('an order id in the query', () => {
  test.each(IDS)('the order id %j in the query selects that order only', async (orderId) => {
    expect((await ask('GET', '/order', orderId)).body.order_id).toBe(orderId);
    expect((await ask('GET', '/order/history', orderId)).body.order_id).toBe(orderId);
    expect((await ask('POST', '/order/redrive', orderId)).status).toBe(409);
    expect((await ask('POST', '/order/cancel', orderId)).body).toMatchObject({
      order_id: orderId,
      status: 'Cancelled',
    });
    expect(await cancelled()).toEqual([orderId]);
  });

  test('an order id in the query returns 404 if the order does not exist', async () => {
    for (const orderId of ['nobody', '\0']) expect(await ask('GET', '/order', orderId)).toMatchObject({ status: 404 });
  });

  test.each([
    ['no id', '', 'order_id'],
    ['two ids', 'order_id=a&order_id=b', 'order_id'],
    ['another parameter', 'order_id=a&dry_run=true', 'dry_run'],
  ])('an order id in the query rejects %s, and cancels nothing', async (_, query, path) => {
    const { handler } = await import('../../functions/http/cancel-order.ts');
    const joined = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(query))
      joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value);
    const event = httpEvent({ method: 'POST', path: '/api/v1/order/cancel', routeKey: 'POST /api/v1/order/cancel' });
    const asking = { ...event, rawQueryString: query, queryStringParameters: Object.fromEntries(joined) };
    const answer = (await handler(asking, lambdaContext())) as { statusCode: number; body: string };
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ path }] });
    expect(await cancelled()).toEqual([]);
  });
});
