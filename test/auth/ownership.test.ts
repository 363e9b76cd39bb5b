import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Decision } from '../../lib/auth/decision.ts';
import type { FunctionName, Route } from '../../lib/routes.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';
import { type Asking, askFunction, GUARDED } from './gateway.ts';

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions({ settings: { AUTH: 'api-key' } });
});

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
});

afterAll(() => service.close());

/** Scopes stand here for what the authorizer has let through: a function asks only whether they see everything. */
const letIn = (owner: string, scopes = 'orders:read orders:write'): Decision => ({
  outcome: 'allowed',
  owner,
  name: `${owner}, web`,
  scopes,
});
const SHOP_7 = letIn('shop-7');
const SHOP_8 = letIn('shop-8');
const OPERATOR = letIn('operations', 'orders:read orders:write orders:admin');

const routeOf = (functionName: FunctionName): Route => {
  const route = GUARDED.find((each) => each.functionName === functionName);
  if (!route) throw new Error(`${functionName} has no guarded route`);
  return route;
};
const ask = (functionName: FunctionName, caller: Decision, asking: Asking = {}) =>
  askFunction(routeOf(functionName), caller, asking);

const anOrder = (orderId: string) => ({ order_id: orderId, user_id: 1, item_ids: [7], total_amount: 1 });
const create = (caller: Decision, orderId: string, headers: Record<string, string> = {}) =>
  ask('createOrder', caller, { body: anOrder(orderId), headers });

const fail = (orderId: string) =>
  service.psql.rows(
    `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = '${orderId}';
     UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = 'card_declined'
     WHERE order_id = '${orderId}'`,
  );

const rowOf = (orderId: string) =>
  service.psql.value<string>('SELECT orders::text FROM orders WHERE order_id = $1', [orderId]);

/** What each guarded route is about. A new route fails the first test here until somebody has said so for it. */
const ONE_ORDER: readonly FunctionName[] = [
  'getOrder',
  'amendOrder',
  'getOrderHistory',
  'cancelOrder',
  'redriveOrder',
  'signalOrder',
];
const MANY_ORDERS: readonly FunctionName[] = [
  'createOrder',
  'createOrders',
  'listOrders',
  'redriveOrders',
  'cancelOrders',
];
const WHOLE_SERVICE: readonly FunctionName[] = [
  'getMetrics',
  'getProcessing',
  'deleteDeadLetters',
  'listAudit',
  'listDeadLetters',
  'listFailures',
  'pauseProcessing',
  'resendDeadLetters',
  'resumeProcessing',
];

test('every route that needs a scope is assigned to one order, many orders, or the whole service', () => {
  const known = [...ONE_ORDER, ...MANY_ORDERS, ...WHOLE_SERVICE];
  const guarded = new Set(GUARDED.map(({ functionName }) => functionName));
  expect([...guarded].sort()).toEqual([...new Set(known)].sort());
  for (const { functionName, path } of GUARDED)
    expect([path, /\{order_id\}|\/order\b/.test(path)]).toEqual([path, ONE_ORDER.includes(functionName as never)]);
});

const ONE_ORDER_ROUTES = GUARDED.filter(({ functionName }) => ONE_ORDER.includes(functionName as never));

describe.each(ONE_ORDER_ROUTES)('$method $path', (route) => {
  const { functionName } = route;
  const ask = (_: string, caller: Decision, asking: Asking) => askFunction(route, caller, asking);

  for (const status of ['Pending', 'Failed'])
    test(`another owner's ${status} order gets the 404 of a missing order, and is unchanged`, async () => {
      await create(SHOP_7, 'theirs');
      if (status === 'Failed') await fail('theirs');
      const before = await rowOf('theirs');
      const absent = await ask(functionName, SHOP_8, { orderId: 'nobodys' });

      const answer = await ask(functionName, SHOP_8, { orderId: 'theirs' });

      expect(answer).toEqual(absent);
      expect(answer).toMatchObject({ status: 404, body: { status_code: 404, message: 'Order not found' } });
      expect(await rowOf('theirs')).toBe(before);
    });

  test('only the owner and callers with orders:admin can use an order', async () => {
    for (const [orderId, caller] of [
      ['own', SHOP_7],
      ['seen', OPERATOR],
    ] as const) {
      await create(SHOP_7, orderId);
      if (functionName === 'redriveOrder') await fail(orderId);
      expect(await ask(functionName, caller, { orderId })).toMatchObject({
        status: functionName === 'signalOrder' ? 202 : 200,
      });
    }
  });

  test('an order is not found for an owner with a similar name', async () => {
    await create(SHOP_7, 'a');
    for (const owner of ['shop-7 ', 'SHOP-7', 'shop-', '%', 'shop_7'])
      expect(await ask(functionName, letIn(owner), { orderId: 'a' })).toMatchObject({ status: 404 });
  });
});

describe('listOrders', () => {
  const idsSeenBy = async (caller: Decision) => {
    const { orders } = (await ask('listOrders', caller)).body as { orders: { order_id: string }[] };
    return orders.map(({ order_id }) => order_id).sort();
  };

  test("listOrders returns a caller's own orders, and all orders with orders:admin", async () => {
    await create(SHOP_7, 'a');
    await create(SHOP_8, 'b');
    await create(SHOP_7, 'c');

    expect(await idsSeenBy(SHOP_7)).toEqual(['a', 'c']);
    expect(await idsSeenBy(SHOP_8)).toEqual(['b']);
    expect(await idsSeenBy(letIn('shop-9'))).toEqual([]);
    expect(await idsSeenBy(OPERATOR)).toEqual(['a', 'b', 'c']);
  });

  test('listOrders returns orders without an owner only with orders:admin', async () => {
    await service.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('old', 1, '{}', 1)`,
    );

    expect(await idsSeenBy(SHOP_7)).toEqual([]);
    expect(await idsSeenBy(OPERATOR)).toEqual(['old']);
  });

  test('listOrders returns the same orders for two keys of one owner', async () => {
    await create({ ...SHOP_7, name: 'an old key' } as Decision, 'a');
    expect(await idsSeenBy({ ...SHOP_7, name: 'a new key' } as Decision)).toEqual(['a']);
  });
});

describe('createOrder and createOrders', () => {
  test('createOrder and createOrders assign orders to the caller, whatever the body says', async () => {
    await create(SHOP_7, 'a');
    await ask('createOrders', SHOP_8, { body: { orders: [anOrder('b'), anOrder('c')] } });
    expect(await ask('createOrder', SHOP_8, { body: { ...anOrder('d'), owner: 'shop-7' } })).toMatchObject({
      status: 400,
    });

    expect(await service.psql.rows('SELECT order_id, owner FROM orders ORDER BY order_id')).toEqual([
      { order_id: 'a', owner: 'shop-7' },
      { order_id: 'b', owner: 'shop-8' },
      { order_id: 'c', owner: 'shop-8' },
    ]);
  });

  test('createOrder keeps the idempotency keys of owners separate', async () => {
    const key = { 'idempotency-key': 'monday' };
    expect(await create(SHOP_7, 'a', key)).toMatchObject({ status: 202 });
    expect(await create(SHOP_8, 'b', key)).toMatchObject({ status: 202 });

    const again = await create(SHOP_7, 'a', key);
    expect(again).toMatchObject({ status: 202, headers: { 'idempotency-replayed': 'true' } });
    expect(await create(SHOP_8, 'c', key)).toMatchObject({ status: 422 });
    expect(await create({ ...SHOP_7, name: 'a new key' } as Decision, 'a', key)).toMatchObject({
      headers: { 'idempotency-replayed': 'true' },
    });
  });

  test('take an id that another owner uses, and say nothing of that order', async () => {
    await create(SHOP_7, 'a');
    expect(await create(SHOP_8, 'a')).toMatchObject({ status: 202 });
    expect(await create(SHOP_8, 'a')).toMatchObject({
      status: 400,
      body: refusal('order_exists', 'Order with order_id a already exists.'),
    });
    expect(await service.psql.value('SELECT count(*)::integer FROM orders')).toBe(2);
  });
});

describe('redriveOrders', () => {
  test('redriveOrders redrives no order of another owner, by id or by cause', async () => {
    for (const [caller, orderId] of [
      [SHOP_7, 'a'],
      [SHOP_8, 'b'],
    ] as const) {
      await create(caller, orderId);
      await fail(orderId);
    }
    for (const body of [{ order_ids: ['a', 'b'] }, { reason_code: 'card_declined' }, { all: true }])
      expect((await ask('redriveOrders', SHOP_8, { body: { ...body, dry_run: true } })).body).toMatchObject({
        data: { order_ids: ['b'] },
      });
    expect((await ask('redriveOrders', OPERATOR, { body: { all: true } })).body).toMatchObject({
      data: { order_ids: ['a', 'b'] },
    });
  });
});

test('the history of an order names the key that made each transition', async () => {
  await create(SHOP_7, 'a');
  await ask('cancelOrder', SHOP_7, { orderId: 'a' });

  const { history } = (await ask('getOrderHistory', SHOP_7, { orderId: 'a' })).body as { history: { actor: string }[] };
  expect(history.at(-1)).toMatchObject({ to: 'Cancelled', actor: expect.stringMatching(/^shop-7, web \S+$/) });
});

test('a rejected caller never reaches the handler, even if the function does not check', async () => {
  const { callerOf } = await import('../../lib/http/caller.ts');
  for (const outcome of ['unauthenticated', 'forbidden', 'unavailable'])
    expect(() => callerOf({ requestContext: { authorizer: { lambda: { outcome } } } } as never)).toThrow(outcome);
});
