import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { waitUntil } from '../support/wait-until.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions({ settings: { MAX_PENDING_AGE_SECONDS: '60' } });
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
});
afterAll(() => service.close());

let made = 0;
const anOrder = () => ({ order_id: `order-${++made}`, user_id: 1, item_ids: [], total_amount: 1 });
const KEY = { 'idempotency-key': 'key-a' };
const post = () => service.post(anOrder());

test('new orders are rejected while the backlog is too old, until it is processed', async () => {
  expect((await post()).status).toBe(202);
  await service.psql.rows(`UPDATE orders SET created_at = now() - interval '2 minutes'`);

  await waitUntil('orders are turned away', async () => (await post()).status === 503);
  const before = await service.psql.value('SELECT count(*) FROM orders');
  expect(await post()).toMatchObject({
    status: 503,
    headers: { 'retry-after': '10' },
    body: { status_code: 503, message: 'Too many orders are waiting. Retry later.' },
  });
  expect(await service.psql.value('SELECT count(*) FROM orders')).toBe(before);

  const batch = await service.ask('createOrders', { body: { orders: [anOrder(), { order_id: 'wrong' }] } });
  expect(batch).toMatchObject({
    status: 207,
    headers: { 'retry-after': '10' },
    body: { data: { accepted: 0, results: [{ status_code: 503 }, { order_id: 'wrong', status_code: 400 }] } },
  });
  // A wrong request is told so, and reading goes on.
  expect((await service.post({})).status).toBe(400);
  expect((await service.getMetrics()).status).toBe(200);

  await service.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL`);
  await waitUntil('orders are let in again', async () => (await post()).status === 202);
});

test('a repeated request with an Idempotency-Key gets its 202 while new orders are rejected', async () => {
  const first = anOrder();
  expect((await service.post(first, KEY)).status).toBe(202);
  await service.psql.rows(`UPDATE orders SET created_at = now() - interval '2 minutes'`);
  await waitUntil('orders are turned away', async () => (await post()).status === 503);

  const replay = await service.post(first, KEY);
  expect([replay.status, replay.headers['idempotency-replayed']]).toEqual([202, 'true']);
});
