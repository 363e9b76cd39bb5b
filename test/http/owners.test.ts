import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FunctionName } from '../../lib/routes.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
afterAll(() => service.close());

const SHOP = { owner: 'shop', scopes: 'orders:read orders:write' };
const RIVAL = { owner: 'rival', scopes: 'orders:read orders:write' };
const OPERATOR = { owner: 'us', scopes: 'orders:read orders:write orders:admin' };
const anOrder = (orderId: string) => ({ order_id: orderId, user_id: 1, item_ids: [], total_amount: 1 });

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.ask('createOrder', { body: anOrder('theirs'), as: SHOP });
  await service.ask('createOrders', { body: { orders: [anOrder('also theirs')] }, as: SHOP });
  await service.ask('createOrder', { body: anOrder('the rival’s'), as: RIVAL });
});

describe('an order of another owner', () => {
  test.each<[FunctionName]>([['getOrder'], ['getOrderHistory'], ['cancelOrder'], ['redriveOrder']])(
    'is not found by %s, as if there were none',
    async (functionName) => {
      const asked = (orderId: string) => service.ask(functionName, { orderId, as: RIVAL });
      const nobody = await asked('nobody');
      expect(nobody.status).toBe(404);
      expect(await asked('theirs')).toEqual(nobody);
      expect((await service.getOrder('theirs')).body.status).toBe('Pending');
    },
  );

  test('an order of another owner is in no list', async () => {
    const listed = async (as: typeof SHOP, query = {}) => {
      const { body } = await service.ask('listOrders', { query, as });
      return (body.orders as { order_id: string }[]).map(({ order_id }) => order_id);
    };
    expect(await listed(SHOP)).toEqual(['also theirs', 'theirs']);
    expect(await listed(RIVAL)).toEqual(['the rival’s']);
    expect(await listed(RIVAL, { user_id: '1' })).toEqual(['the rival’s']);
    expect(await listed(RIVAL, { status: 'Pending' })).toEqual(['the rival’s']);
    expect(await listed(OPERATOR)).toHaveLength(3);
  });

  test('takes neither its id nor its idempotency key from anyone', async () => {
    expect((await service.ask('createOrder', { body: anOrder('theirs'), as: RIVAL })).status).toBe(202);
    expect((await service.ask('createOrder', { body: anOrder('theirs'), as: RIVAL })).status).toBe(400);
    const headers = { 'idempotency-key': 'the same' };
    expect((await service.ask('createOrder', { body: anOrder('x'), headers, as: SHOP })).status).toBe(202);
    expect((await service.ask('createOrder', { body: anOrder('y'), headers, as: RIVAL })).status).toBe(202);
  });
});

describe('an owner', () => {
  test('an owner reads and cancels its own orders, and the history has its key', async () => {
    expect((await service.ask('getOrder', { orderId: 'theirs', as: SHOP })).status).toBe(200);
    expect((await service.ask('cancelOrder', { orderId: 'theirs', as: SHOP })).status).toBe(200);
    const { body } = await service.ask('getOrderHistory', { orderId: 'theirs', as: SHOP });
    expect((body.history as { actor: string }[]).at(-1)?.actor).toMatch(/^a key /);
  });
});

describe('orders:admin', () => {
  test('orders:admin reads and changes every owner’s orders', async () => {
    for (const orderId of ['theirs', 'the rival’s'])
      expect((await service.ask('cancelOrder', { orderId, as: OPERATOR })).status).toBe(200);
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = 'also theirs';
       UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = 'no' WHERE token = 1`,
    );
    expect((await service.ask('listFailures', { as: OPERATOR })).body.failures).toMatchObject([{ orders: 1 }]);
    expect((await service.ask('redriveOrders', { body: { all: true }, as: SHOP })).body.data).toMatchObject({
      order_ids: ['also theirs'],
    });
  });

  test('without orders:admin, failures and redrives do not cover another owner’s orders', async () => {
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = 'theirs';
       UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = 'no' WHERE token = 1`,
    );
    expect((await service.ask('listFailures', { as: RIVAL })).body.failures).toEqual([]);
    expect((await service.ask('redriveOrders', { body: { all: true, dry_run: true }, as: RIVAL })).body.data).toEqual({
      order_ids: [],
      orders: [],
      capped: 0,
    });
    expect((await service.ask('redriveOrders', { body: { all: true }, as: RIVAL })).body.data).toMatchObject({
      order_ids: [],
    });
    expect((await service.getOrder('theirs')).body.status).toBe('Failed');
  });
});

describe('what operators write for each other', () => {
  test('GET /processing shows who paused and why to orders:admin only', async () => {
    await service.ask('pauseProcessing', { body: { reason: 'the bank is down' }, as: OPERATOR });
    const shown = async (as: typeof SHOP) => (await service.ask('getProcessing', { as })).body;
    expect(await shown(OPERATOR)).toMatchObject({ paused: true, reason: 'the bank is down' });
    expect(await shown(SHOP)).toMatchObject({ paused: true, since: expect.any(String), actor: null, reason: null });
    await service.ask('resumeProcessing', { as: OPERATOR });
  });

  test.each([
    ['processor_error', 'connect ECONNREFUSED 10.0.3.7:5432', 'the processor failed'],
    ['card_declined', 'The bank declined the card', 'The bank declined the card'],
  ])('an owner reads the reason of %s only where its processor chose the text', async (code, text, shown) => {
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = 'theirs';
       UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = '${code}', reason = '${text}'
       WHERE order_id = 'theirs'`,
    );
    const reasons = async (as: typeof SHOP) => {
      const order = await service.ask('getOrder', { orderId: 'theirs', as });
      const list = await service.ask('listOrders', { query: { status: 'Failed' }, as });
      const history = await service.ask('getOrderHistory', { orderId: 'theirs', as });
      const [listed, moves] = [list.body.orders, history.body.history] as { reason: string }[][];
      return [order.body.reason, listed?.[0]?.reason, moves?.at(-1)?.reason];
    };
    expect(await reasons(SHOP)).toEqual([shown, shown, shown]);
    expect(await reasons(OPERATOR)).toEqual([text, text, text]);
  });
});

describe('orders of two owners with the same id', () => {
  const ONE_ORDER = ['getOrder', 'getOrderHistory', 'cancelOrder', 'redriveOrder'] as const;

  beforeEach(async () => {
    for (const as of [SHOP, RIVAL]) {
      const { body } = await service.ask('createOrders', { body: { orders: [anOrder('same'), anOrder('same')] }, as });
      expect(body.data).toMatchObject({ accepted: 1, refused: 1 });
    }
  });

  test('are read, listed and cancelled by their owners, each its own', async () => {
    expect((await service.ask('cancelOrder', { orderId: 'same', as: SHOP })).body).toMatchObject({ owner: 'shop' });

    expect((await service.ask('getOrder', { orderId: 'same', as: SHOP })).body.status).toBe('Cancelled');
    expect((await service.ask('getOrder', { orderId: 'same', as: RIVAL })).body.status).toBe('Pending');
    const { body } = await service.ask('listOrders', { query: { status: 'Cancelled' }, as: RIVAL });
    expect(body.orders).toEqual([]);
  });

  test.each(ONE_ORDER)(
    '%s asks an operator whose order is meant, and touches none until then',
    async (functionName) => {
      const asked = (query: Record<string, string>) =>
        service.ask(functionName, { orderId: 'same', query, as: OPERATOR });

      expect(await asked({})).toMatchObject({
        status: 409,
        body: {
          message: 'Several owners have an order with the id same: "rival", "shop". Add "owner" to the request.',
        },
      });
      expect((await asked({ owner: 'nobody' })).status).toBe(404);
      expect(await service.psql.value(`SELECT count(*)::integer FROM orders WHERE status <> 'Pending'`)).toBe(0);
      expect((await asked({ owner: 'shop' })).status).toBe(functionName === 'redriveOrder' ? 409 : 200);
    },
  );

  test.each(ONE_ORDER)('%s finds nothing for a caller who names another owner', async (functionName) => {
    const asked = (owner: string, orderId = 'same') =>
      service.ask(functionName, { orderId, query: { owner }, as: RIVAL });

    const { body, status } = await asked('shop', 'absent');
    expect(await asked('shop')).toMatchObject({ status, body });
    expect(status).toBe(404);
    expect((await asked('rival')).status).toBe(functionName === 'redriveOrder' ? 409 : 200);
  });

  test('cancelling several orders of another owner cancels none, not even the caller’s own with the same ids', async () => {
    const cancel = async (owner: string) =>
      (await service.ask('cancelOrders', { body: { order_ids: ['same'], owner }, as: RIVAL })).body.data;

    expect(await cancel('shop')).toEqual({
      cancelled: 0,
      cancelling: 0,
      order_ids: [],
      orders: [],
      left_alone: [],
      unknown: ['same'],
    });
    expect(await service.psql.value(`SELECT count(*)::integer FROM orders WHERE status <> 'Pending'`)).toBe(0);
    expect(await cancel('rival')).toMatchObject({
      orders: [{ order_id: 'same', owner: 'rival', status: 'Cancelled' }],
    });
    expect((await service.ask('getOrder', { orderId: 'same', as: SHOP })).body.status).toBe('Pending');
  });

  test('are redriven together only when their owner is named', async () => {
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = 'same';
       UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = 'no' WHERE token = 1`,
    );
    const redrive = (body: object) => service.ask('redriveOrders', { body, as: OPERATOR });

    expect((await redrive({ order_ids: ['same'] })).status).toBe(409);
    expect((await redrive({ order_ids: ['same'], owner: 'shop' })).body.data).toMatchObject({
      orders: [{ order_id: 'same', owner: 'shop' }],
    });
    expect((await redrive({ all: true, after: 'same', after_owner: 'rival', dry_run: true })).body.data).toMatchObject({
      orders: [],
    });
    expect((await redrive({ all: true, after: 'same', dry_run: true })).body.data).toMatchObject({
      orders: [{ order_id: 'same', owner: 'rival' }],
    });
    // A client that names no owner continues after the order of the only owner it can mean.
    const page = { all: true, after: 'same', dry_run: true };
    expect((await redrive({ ...page, owner: 'rival' })).body.data).toMatchObject({ orders: [] });
    expect((await service.ask('redriveOrders', { body: page, as: RIVAL })).body.data).toMatchObject({ orders: [] });
  });
});
