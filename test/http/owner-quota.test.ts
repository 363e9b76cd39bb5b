import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { waitUntil } from '../support/wait-until.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions({ settings: { MAX_PENDING_PER_OWNER: '3' } });
});
afterAll(() => service.close());

let made = 0;
const anOrder = () => ({ order_id: `order-${++made}`, user_id: 1, item_ids: [], total_amount: 1 });
const callerOf = (owner: string) => ({ owner, scopes: 'orders:write orders:read' });
const post = (owner: string, body: object = anOrder(), headers: Record<string, string> = {}) =>
  service.ask('createOrder', { body, headers, as: callerOf(owner) });

test('an owner with too many Pending orders gets 429 until they are processed, and other owners do not', async () => {
  await waitUntil('the orders of the noisy owner are turned away', async () => (await post('noisy')).status === 429);
  expect(await post('noisy')).toMatchObject({
    status: 429,
    headers: { 'retry-after': '10' },
    body: {
      status_code: 429,
      code: 'too_many_of_owner_waiting',
      message: 'Too many of your orders are waiting. Retry later.',
    },
  });
  expect((await post('quiet')).status).toBe(202);
  const batch = await service.ask('createOrders', { body: { orders: [anOrder()] }, as: callerOf('noisy') });
  expect(batch).toMatchObject({
    status: 207,
    headers: { 'retry-after': '10' },
    body: { data: { accepted: 0, results: [{ status_code: 429 }] } },
  });

  await service.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE owner = 'noisy'`);
  await waitUntil('they are accepted again', async () => (await post('noisy')).status === 202);
});

test('a repeated request with an Idempotency-Key gets its 202 although its owner has too many Pending orders', async () => {
  const [first, key] = [anOrder(), { 'idempotency-key': 'key-a' }];
  const response = await post('repeating', first, key);
  await waitUntil('new orders are turned away', async () => (await post('repeating')).status === 429);

  const replay = await post('repeating', first, key);
  expect([replay.status, replay.text]).toEqual([202, response.text]);
  expect(replay.headers['idempotency-replayed']).toBe('true');
  // Everything else would be a new order, or have a response that can wait.
  expect((await post('repeating', first)).status).toBe(429);
  expect((await post('repeating', { ...first, total_amount: 2 }, key)).status).toBe(429);
  expect((await post('repeating', anOrder(), { 'idempotency-key': 'key-b' })).status).toBe(429);
});
