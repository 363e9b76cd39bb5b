import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderKey } from '../../lib/order-key.ts';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions();
});

afterAll(() => service.close());

const order = (id: string) => ({ order_id: id, user_id: 1, item_ids: [], total_amount: 1 });
const callerOf = (owner: string) => ({ owner, scopes: 'orders:read orders:write orders:admin' });

/** Who did it, oldest first. */
async function actorsOf(orderId: string, as = callerOf('shop')): Promise<string[]> {
  const { body } = await service.ask('getOrderHistory', { orderId, as });
  return (body.history as { actor: string }[]).map(({ actor }) => actor);
}

test('the history names who created an order, who processed it, and by which request or invocation', async () => {
  await service.ask('createOrder', { body: order('a'), as: callerOf('shop') });
  await service.deliver([encodeMessage(orderKey({ orderId: 'a', owner: 'shop' }))]);
  expect(await actorsOf('a')).toEqual([
    expect.stringMatching(/^a key \S+$/),
    expect.stringMatching(/^worker:orders-test \S+$/),
    expect.stringMatching(/^worker:orders-test \S+$/),
  ]);
});

test('callers whose orders share a commit are distinguished', async () => {
  const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
  await Promise.all(
    owners.map((owner) => service.ask('createOrder', { body: order(owner), as: { ...callerOf(owner), name: owner } })),
  );
  for (const owner of owners)
    expect(await actorsOf(owner, callerOf(owner))).toEqual([expect.stringMatching(new RegExp(`^${owner} \\S+$`))]);
});

test('who is named by a batch, by a stage without authorization, and by SQL by hand', async () => {
  await service.ask('createOrders', { body: { orders: [order('b')] }, as: callerOf('shop') });
  expect(await actorsOf('b')).toEqual([expect.stringMatching(/^a key \S+$/)]);
  await service.post(order('anonymous'));
  expect(await service.psql.value("SELECT actor FROM order_history WHERE order_id = 'anonymous'")).toMatch(/^api \S+$/);
  await service.psql.rows("INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('psql', 1, '{}', 1)");
  expect(await service.psql.value("SELECT actor FROM order_history WHERE order_id = 'psql'")).toBe('postgres');
  await service.psql.rows("UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'anonymous'");
  expect(
    await service.psql.value(
      "SELECT actor FROM order_history WHERE order_id = 'anonymous' AND to_status = 'Cancelled'",
    ),
  ).toBe('postgres');
});
