import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../lib/routes.ts';
import { askFunction } from '../auth/gateway.ts';
import { type Asking, type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
afterAll(() => service.close());

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
  await service.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1), ('a/b', 1, '{}', 1)`,
  );
});

const send = (body?: unknown, asking: Asking = {}) => service.ask('signalOrder', { orderId: 'a', body, ...asking });
const payload = () => service.psql.value('SELECT payload FROM order_signals');

/** As the worker leaves an order whose processor waits for the signal `shipped`. */
const wait = () =>
  service.psql.rows(
    `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() WHERE order_id = 'a';
     UPDATE orders SET status = 'Waiting', lease_until = NULL, not_before = now() + interval '1 day',
       due_at = now() + interval '1 day', reason_code = 'wait', reason = 'shipped' WHERE order_id = 'a'`,
  );

describe('POST /orders/{order_id}/signals/{name}', () => {
  test('a signal gets 202 when it is stored, 200 when it is repeated, and 409 with another payload', async () => {
    const stored = await send({ parcel: 7 });
    expect(stored).toMatchObject({ status: 202, body: { order_id: 'a', name: 'shipped', outcome: 'stored' } });
    expect(await send({ parcel: 7 })).toMatchObject({ status: 200, body: { outcome: 'repeated' } });
    expect(await send({ parcel: 8 })).toMatchObject({ status: 409, body: { code: 'signal_exists' } });
    expect(await payload()).toBe('{"parcel":7}');
    expect((await service.getHistory('a')).body.history).toMatchObject([
      { to: 'Pending' },
      { from: 'Pending', to: 'Pending', reason_code: 'signal_received', reason: 'shipped' },
    ]);
  });

  test('a signal without a body has the payload null', async () => {
    expect((await send()).status).toBe(202);
    expect(await payload()).toBe('null');
  });

  test('a signal makes a Waiting order due and sends its message', async () => {
    await wait();
    await send();

    expect(await service.receiveMessages()).toEqual(['{"order_id":"a"}']);
    expect((await service.getOrder('a')).body).toMatchObject({ status: 'Waiting', reason: 'shipped' });
    expect(await service.psql.value(`SELECT not_before <= now() FROM orders WHERE order_id = 'a'`)).toBe(true);
  });

  test('a signal gets 404 for a missing order, and 409 for one that is finished', async () => {
    expect(await send(1, { orderId: 'nobody' })).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    await service.ask('cancelOrder', { orderId: 'a' });
    expect(await send(1)).toMatchObject({ status: 409, body: { code: 'wrong_status' } });
  });

  test('a signal gets 409 after its timeout, and when the order has received too many', async () => {
    await service.psql.rows(`INSERT INTO order_signals (owner, order_id, run, name) VALUES ('', 'a', 1, 'shipped')`);
    expect(await send(1)).toMatchObject({ status: 409, body: { code: 'signal_too_late' } });
    await service.psql.rows('UPDATE orders SET signals = 100');
    expect(await send(1, { name: 'packed' })).toMatchObject({ status: 409, body: { code: 'too_many_signals' } });
  });

  test.each(['', 'x'.repeat(101), 'a\nb', 'a\0b'])('the name %j gets 400', async (name) => {
    expect(await send(1, { name })).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
  });

  test('a payload of more than 60,000 bytes gets 400, and one of 60,000 is stored', async () => {
    expect((await send('x'.repeat(59_999))).status).toBe(400);
    expect((await send('x'.repeat(59_998))).status).toBe(202);
  });

  test('payloads with NUL, lone surrogates and __proto__ are stored as they are', async () => {
    const strange = JSON.parse('{"__proto__":["\\u0000","\\ud800"]}') as unknown;
    expect((await send(strange)).status).toBe(202);
    expect(JSON.parse(String(await payload()))).toEqual(strange);
  });

  test('names the caller in the history', async () => {
    const as = { owner: '', scopes: 'orders:signal', name: 'the warehouse' };
    await send(1, { as });
    const { history } = (await service.getHistory('a')).body as { history: { actor: string }[] };
    expect(history.at(-1)?.actor).toMatch(/^the warehouse /);
  });
});

describe('POST /order/signals', () => {
  const route = ROUTES.find(({ path }) => path === '/api/v1/order/signals');

  test('takes an id that a path cannot carry', async () => {
    if (!route) throw new Error('no such route');
    expect(await askFunction(route, undefined, { orderId: 'a/b', body: 1 })).toMatchObject({
      status: 202,
      body: { order_id: 'a/b', name: 'shipped' },
    });
  });
});
