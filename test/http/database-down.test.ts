import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Functions, type HttpAnswer, loadFunctions } from '../support/functions.ts';
import { inTime } from '../support/in-time.ts';
import { refusal } from '../support/refusal.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Milliseconds after which clients of this API give up (the load test of the contract). */
const CLIENT_PATIENCE_MS = 5_000;

let service: Functions;
let proxy: TcpProxy;

beforeAll(async () => {
  // With the timeouts of production: they must fit the patience of the clients.
  service = await loadFunctions({
    async via(url) {
      proxy = await startTcpProxy(url);
      return proxy.url;
    },
  });
});

afterEach(() => proxy.become('open'));

afterAll(async () => {
  await service.close();
  await proxy.close();
});

let ordersMade = 0;
function anOrder() {
  ordersMade += 1;
  return { order_id: `order-${ordersMade}`, user_id: 1, item_ids: [], total_amount: 1 };
}

function expectUnavailable({ status, headers, body }: HttpAnswer): void {
  expect({ status, body }).toEqual({ status: 503, body: refusal('unavailable', expect.any(String)) });
  expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
}

/** The same request by each endpoint. */
const ENDPOINTS: [string, () => Promise<HttpAnswer>][] = [
  ['POST /orders', () => service.post(anOrder())],
  ['GET /orders/{order_id}', () => service.getOrder('a')],
  ['GET /metrics', () => service.getMetrics()],
  ['GET /orders', () => service.ask('listOrders')],
  ['POST /orders/{order_id}/cancel', () => service.ask('cancelOrder', { orderId: 'a' })],
  ['POST /orders/{order_id}/redrive', () => service.ask('redriveOrder', { orderId: 'a' })],
  ['GET /failures', () => service.ask('listFailures')],
  ['GET /processing', () => service.ask('getProcessing')],
  ['POST /processing/pause', () => service.ask('pauseProcessing')],
];

describe('a database that refuses connections', () => {
  for (const [endpoint, request] of ENDPOINTS)
    test(`${endpoint} returns 503 with Retry-After while the database refuses connections`, async () => {
      await proxy.become('closed');
      expectUnavailable(await request());
    });

  test('the service works again after a database outage without a restart', async () => {
    await proxy.become('closed');
    expectUnavailable(await service.post(anOrder()));

    await proxy.become('open');

    expect((await service.post(anOrder())).status).toBe(202);
  });

  test('each order of a batch gets 503 while the database refuses connections, but an invalid one gets 400', async () => {
    await proxy.become('closed');
    const answer = await service.ask('createOrders', { body: { orders: [anOrder(), {}, anOrder()] } });
    expect(answer).toMatchObject({ status: 207, headers: { 'retry-after': expect.any(String) } });
    const { results } = answer.body.data as { results: { status_code: number }[] };
    expect(results.map(({ status_code }) => status_code)).toEqual([503, 400, 503]);
  });

  test('an invalid request gets 400 while the database refuses connections', async () => {
    await proxy.become('closed');
    expect((await service.post({})).status).toBe(400);
  });
});

describe('a database that accepts connections and never answers', () => {
  test('every endpoint returns 503 before clients give up while the database does not reply', async () => {
    await proxy.become('silent');

    const answers = await inTime(CLIENT_PATIENCE_MS, Promise.all(ENDPOINTS.map(([, request]) => request())));

    answers.forEach(expectUnavailable);
  });

  test('requests get 503 in time when open connections stop responding, and work again afterwards', async () => {
    expect((await service.post(anOrder())).status).toBe(202);
    await proxy.become('silent');
    const order = anOrder();

    expectUnavailable(await inTime(CLIENT_PATIENCE_MS, service.post(order)));

    await proxy.become('open');
    expect((await service.post(order)).status).toBe(202);
  });
});

test('requests that wait behind others for a silent database get 503 in time, too', async () => {
  await proxy.become('silent');

  // The first is a separate group, the next 100 are another, and so on.
  const posts = Array.from({ length: 301 }, () => service.post(anOrder()));
  const answers = await inTime(CLIENT_PATIENCE_MS, Promise.all(posts));

  answers.forEach(expectUnavailable);
});

describe('a reply of the database that got lost', () => {
  test('an order whose reply was lost once gets 202 and is stored once', async () => {
    const order = anOrder();
    proxy.cutAt('INSERT INTO public.orders', 'cut after the reply');

    expect((await service.post(order)).status).toBe(202);

    expect(await service.psql.value('SELECT count(*)::integer FROM orders WHERE order_id = $1', [order.order_id])).toBe(
      1,
    );
  });

  test('an order whose reply was lost twice gets 503, and a retry says whether it was stored', async () => {
    const order = anOrder();
    proxy.cutAt('INSERT INTO public.orders', 'cut after the reply', 'before it is sent');

    expectUnavailable(await service.post(order));

    const again = await service.post(order);
    expect({ status: again.status, message: again.body.message }).toEqual({
      status: 400,
      message: `Order with order_id ${order.order_id} already exists.`,
    });
  });
});
