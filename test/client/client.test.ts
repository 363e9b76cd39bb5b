import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { createOrderClient, dataOf, OrderApiError } from '../../client/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Seen {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Scripted {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const ACCEPTED: Scripted = { status: 202, body: { status_code: 202, message: 'Order successfully processed.' } };
const UNAVAILABLE = (retryAfter: string): Scripted => ({
  status: 503,
  headers: { 'retry-after': retryAfter },
  body: { status_code: 503, message: 'Later.' },
});
const ORDER = { order_id: 'ORD-1', user_id: 7, item_ids: [1, 2], total_amount: '19.99' };

/** A server with scripted responses, one request after another; `silence` sends no response. */
async function play(...script: (Scripted | 'silence')[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) });
    const answer = script[seen.length - 1];
    if (!answer || answer === 'silence') return;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  return forThisTest(Promise.resolve({ seen, baseUrl, close }));
}

test.each(['http://orders.example/api/v1', 'http://10.0.0.7:8000/api/v1', 'http://localhost.example/api/v1'])(
  'an API key is never sent unencrypted to %s',
  (baseUrl) => {
    expect(() => createOrderClient({ baseUrl, apiKey: 'ob_key' })).toThrow(
      new TypeError(`An API key is only sent over https (http to this machine excepted), and not to ${baseUrl}.`),
    );
    createOrderClient({ baseUrl });
  },
);

test.each(['https://orders.example/api/v1', 'http://[::1]:8000/api/v1', 'http://localhost:8000/api/v1'])(
  'an API key can be sent to %s',
  (baseUrl) => {
    createOrderClient({ baseUrl, apiKey: 'ob_key' });
  },
);

describe('the typed client', () => {
  test('the client sends the key and the body to the path under the base URL, with or without a trailing slash', async () => {
    const { seen, baseUrl } = await play(ACCEPTED);
    const client = createOrderClient({ baseUrl: `${baseUrl}/`, apiKey: 'ob_key' });

    const { data } = await client.POST('/orders', { body: ORDER });

    expect(data?.message).toBe('Order successfully processed.');
    expect(seen[0]).toMatchObject({ line: 'POST /api/v1/orders', headers: { authorization: 'Bearer ob_key' } });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(ORDER);
  });

  test('the client gives each new order its own Idempotency-Key, unless it has one', async () => {
    const { seen, baseUrl } = await play(ACCEPTED, ACCEPTED, ACCEPTED);
    const client = createOrderClient({ baseUrl });

    await client.POST('/orders', { body: ORDER });
    await client.POST('/orders', { body: ORDER });
    await client.POST('/orders', { body: ORDER, params: { header: { 'Idempotency-Key': 'mine' } } });

    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe('mine');
  });
});

describe('a 503', () => {
  test('the client retries a 503 after the requested pause, with the same body and key', async () => {
    const { seen, baseUrl } = await play(UNAVAILABLE('1'), UNAVAILABLE('0'), ACCEPTED);
    const client = createOrderClient({ baseUrl });
    const askedAt = performance.now();

    const { response } = await client.POST('/orders', { body: ORDER });

    expect(response.status).toBe(202);
    expect(performance.now() - askedAt).toBeGreaterThan(950);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
  });

  test('the client returns a 503 after too many retries', async () => {
    const { seen, baseUrl } = await play(...Array.from({ length: 5 }, () => UNAVAILABLE('0')));
    const client = createOrderClient({ baseUrl, retries: 2 });

    const answer = await client.GET('/metrics');

    expect(answer.response.status).toBe(503);
    expect(answer.error).toEqual({ status_code: 503, message: 'Later.' });
    expect(seen).toHaveLength(3);
  });

  test('the client returns a 503 immediately if its pause exceeds the timeout', async () => {
    const { seen, baseUrl } = await play(UNAVAILABLE('60'));
    const client = createOrderClient({ baseUrl, timeoutMs: 10_000 });

    // The pause would be longer than this test may take.
    expect((await client.GET('/metrics')).response.status).toBe(503);

    expect(seen).toHaveLength(1);
  });

  test.each([{}, { timeoutMs: 0 }])(
    'the client stops waiting for a retry when the caller aborts: %j',
    async (options) => {
      const { seen, baseUrl } = await play(UNAVAILABLE('20'));
      const giveUp = new AbortController();
      const client = createOrderClient({ baseUrl, ...options });

      const asking = client.GET('/metrics', { signal: giveUp.signal });
      await waitUntil('it has the 503', () => seen.length === 1);
      giveUp.abort(new Error('given up'));

      await expect(asking).rejects.toThrow('given up');
      expect(seen).toHaveLength(1);
    },
  );
});

test.each([{}, { timeoutMs: 0 }])(
  'the client stops waiting for a response when the caller aborts: %j',
  async (options) => {
    const { seen, baseUrl } = await play('silence');
    const giveUp = new AbortController();
    const asking = createOrderClient({ baseUrl, ...options }).GET('/metrics', { signal: giveUp.signal });
    await waitUntil('it is asked', () => seen.length === 1);
    giveUp.abort(new Error('given up'));

    await expect(asking).rejects.toThrow('given up');
  },
);

test('the client gives up on a service that does not respond after the timeout', async () => {
  const { baseUrl } = await play('silence');
  const client = createOrderClient({ baseUrl, timeoutMs: 200 });

  await expect(client.GET('/metrics')).rejects.toThrow('timeout');
});

describe('dataOf', () => {
  test('dataOf returns the data of a success', async () => {
    const { baseUrl } = await play(ACCEPTED);
    const answer = await createOrderClient({ baseUrl }).POST('/orders', { body: ORDER });
    expect(dataOf(answer).status_code).toBe(202);
  });

  test('dataOf throws the error response of the service', async () => {
    const errors = [{ path: 'user_id', message: 'must be a whole number' }];
    const { baseUrl } = await play({ status: 400, body: { status_code: 400, message: 'Validation Error', errors } });
    const answer = await createOrderClient({ baseUrl }).POST('/orders', { body: { ...ORDER, user_id: 'x' } });

    const refusal = new OrderApiError(400, { message: 'Validation Error', errors });
    expect(() => dataOf(answer)).toThrow(refusal);
    expect(refusal).toMatchObject({ status: 400, errors });
  });

  test('dataOf throws the status if the response is not from the service', async () => {
    const { baseUrl } = await play({ status: 502 });
    const answer = await createOrderClient({ baseUrl }).GET('/metrics');
    expect(() => dataOf(answer)).toThrow('The service returned 502');
  });
});

describe('waitFor', () => {
  const order = (status: string, etag: string): Scripted => ({
    status: 200,
    headers: { etag },
    body: { order_id: 'ORD-1', status },
  });
  const unchanged: Scripted = { status: 304, headers: { etag: '"1"' } };

  test('waitFor waits for each change until the order is finished, and returns it', async () => {
    const { seen, baseUrl } = await play(
      order('Pending', '"1"'),
      unchanged,
      order('Processing', '"2"'),
      order('Failed', '"3"'),
    );
    const statuses: string[] = [];

    const options = { onChange: ({ status }: { status: string }) => statuses.push(status) };
    const finished = await createOrderClient({ baseUrl }).waitFor('ORD-1', options);

    expect(finished.status).toBe('Failed');
    expect(statuses).toEqual(['Pending', 'Processing', 'Failed']);
    const path = '/api/v1/orders/ORD-1';
    expect(seen.map(({ line, headers }) => [line, headers['if-none-match']])).toEqual([
      [`GET ${path}`, undefined],
      [`GET ${path}?wait=25`, '"1"'],
      [`GET ${path}?wait=25`, '"1"'],
      [`GET ${path}?wait=25`, '"2"'],
    ]);
  });

  test('waitFor returns the order with one of the given statuses, and throws if it is finished with another one', async () => {
    const { baseUrl } = await play(order('Waiting', '"1"'), order('Failed', '"2"'), order('Failed', '"2"'));
    const client = createOrderClient({ baseUrl });

    expect(await client.waitFor('ORD-1', { status: ['Waiting', 'Completed'] })).toMatchObject({ status: 'Waiting' });
    expect(await client.waitFor('ORD-1', { status: 'Failed' })).toMatchObject({ status: 'Failed' });
    await expect(client.waitFor('ORD-1', { status: 'Completed' })).rejects.toMatchObject({
      name: 'WaitError',
      message: 'Order ORD-1 is Failed, not Completed',
      order: { status: 'Failed' },
    });
  });

  test('waitFor pauses after a response that comes too early, and throws when the time is over', async () => {
    const { seen, baseUrl } = await play(order('Pending', '"1"'), ...Array.from({ length: 50 }, () => unchanged));
    const startedAt = performance.now();

    await expect(createOrderClient({ baseUrl }).waitFor('ORD-1', { timeoutMs: 1_500 })).rejects.toMatchObject({
      name: 'WaitError',
      message: 'Order ORD-1 is still Pending after 1500 ms',
    });

    expect(performance.now() - startedAt).toBeGreaterThan(1_490);
    expect(seen.length).toBeLessThan(5);
  });

  test('waitFor asks for no longer than the timeout of a request allows', async () => {
    const { seen, baseUrl } = await play(order('Pending', '"1"'), order('Completed', '"2"'));
    await createOrderClient({ baseUrl, timeoutMs: 10_000 }).waitFor('a/b', { owner: 'shop' });
    expect(seen.map(({ line }) => line)).toEqual([
      'GET /api/v1/order?order_id=a%2Fb&owner=shop',
      'GET /api/v1/order?order_id=a%2Fb&owner=shop&wait=5',
    ]);
  });

  test('waitFor goes on after a request that got no response in time', async () => {
    const { seen, baseUrl } = await play(order('Pending', '"1"'), 'silence', order('Completed', '"2"'));
    const finished = await createOrderClient({ baseUrl, timeoutMs: 2_000 }).waitFor('ORD-1');
    expect(finished.status).toBe('Completed');
    expect(seen).toHaveLength(3);
  });

  test('waitFor throws the error response of the service, with its code', async () => {
    const { baseUrl } = await play({ status: 404, body: { code: 'order_not_found', message: 'Order not found' } });
    await expect(createOrderClient({ baseUrl }).waitFor('ORD-1')).rejects.toMatchObject({
      name: 'OrderApiError',
      status: 404,
      code: 'order_not_found',
    });
  });
});

describe('an order id', () => {
  test.each(['ORD-1', 'redrive', 'a.b', '...', '~x_'])('the order id %j is sent in the path', async (orderId) => {
    const { seen, baseUrl } = await play({ status: 200 });
    await createOrderClient({ baseUrl }).GET('/orders/{order_id}', { params: { path: { order_id: orderId } } });
    expect(seen.map(({ line }) => line)).toEqual([`GET /api/v1/orders/${orderId}`]);
  });

  test.each([
    '.',
    '..',
    '',
    'a/b',
    '../processing/pause',
    'a?b',
    'a#b',
    '%2e',
    'a b',
    '\\',
    'grün',
    '$&',
    '{order_id}',
  ])('the order id %j, which a path may change, is sent in the query', async (orderId) => {
    const { seen, baseUrl } = await play({ status: 200 }, { status: 200 });
    const params = { path: { order_id: orderId } };
    const client = createOrderClient({ baseUrl });
    await client.GET('/orders/{order_id}/history', { params });
    await client.POST('/orders/{order_id}/redrive', { params, body: {} });

    const query = `?order_id=${encodeURIComponent(orderId)}`;
    expect(seen.map(({ line }) => line)).toEqual([
      `GET /api/v1/order/history${query}`,
      `POST /api/v1/order/redrive${query}`,
    ]);
  });
});
