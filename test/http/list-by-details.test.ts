import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  const create = (order_id: string, values: object) =>
    service.post({ order_id, user_id: 1, item_ids: [], total_amount: 1, ...values });
  await create('plain', {});
  await create('a-web', { customer_ref: 'Zoë, 17', metadata: { channel: 'web', 'k[1]': 'x,y' } });
  await create('a-shop', { customer_ref: 'Zoë, 17', metadata: { channel: 'shop' } });
  await create('b-web', { customer_ref: 'zoë, 17', metadata: { channel: 'web', __proto__x: '' }, user_id: 2 });
});

const list = (query: Record<string, string>) => service.ask('listOrders', { query });
const idsOf = async (query: Record<string, string>) =>
  ((await list(query)).body.orders as { order_id: string }[]).map(({ order_id }) => order_id);

describe('GET /orders by details', () => {
  test.each<[Record<string, string>, string[]]>([
    [{ customer_ref: 'Zoë, 17' }, ['a-shop', 'a-web']],
    [{ customer_ref: 'Zoë' }, []],
    [{ 'metadata[channel]': 'web' }, ['b-web', 'a-web']],
    [{ 'metadata[channel]': 'we' }, []],
    [{ 'metadata[channel]': 'web', 'metadata[k[1]]': 'x,y' }, ['a-web']],
    [{ 'metadata[__proto__x]': '' }, ['b-web']],
    [{ 'metadata[none]': '' }, []],
    [{ customer_ref: 'Zoë, 17', 'metadata[channel]': 'shop' }, ['a-shop']],
    [{ 'metadata[channel]': 'web', user_id: '2', status: 'Pending' }, ['b-web']],
    [{ customer_ref: 'Zoë, 17', order_id_prefix: 'a-w', created_from: '2000-01-01T00:00:00Z' }, ['a-web']],
  ])('%j finds %j', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test('a list by customer_ref continues after its pages', async () => {
    const { body } = await list({ customer_ref: 'Zoë, 17', limit: '1' });
    expect(body.orders).toEqual([expect.objectContaining({ order_id: 'a-shop' })]);
    expect(await idsOf({ customer_ref: 'Zoë, 17', limit: '1', cursor: String(body.next_cursor) })).toEqual(['a-web']);
  });

  test('customer_ref shows only the orders of the caller', async () => {
    const query = { customer_ref: 'Zoë, 17' };
    const as = { owner: 'another', scopes: 'orders:read' };
    expect((await service.ask('listOrders', { query, as })).body.orders).toEqual([]);
  });

  test('an order that gets a customer_ref later is listed by it, at the place of its creation', async () => {
    const headers = { 'if-match': '*' };
    await service.ask('amendOrder', { orderId: 'plain', headers, body: { customer_ref: 'Zoë, 17' } });
    expect(await idsOf({ customer_ref: 'Zoë, 17' })).toEqual(['a-shop', 'a-web', 'plain']);
  });

  test('updated_from finds the orders that changed since then, whether they are finished or not', async () => {
    await service.psql.rows(
      `UPDATE orders SET created_at = created_at - interval '1 day';
       UPDATE order_history SET at = at - interval '1 day'`,
    );
    const yesterday = new Date(Date.now() - 90_000_000).toISOString();
    const today = new Date(Date.now() - 3_600_000).toISOString();
    expect(await idsOf({ updated_from: today })).toEqual([]);
    await service.deliver([encodeMessage('a-web')]);
    await service.ask('amendOrder', { orderId: 'b-web', headers: { 'if-match': '*' }, body: { user_id: 3 } });

    expect(await idsOf({ updated_from: today })).toEqual(['b-web', 'a-web']);
    expect(await idsOf({ updated_from: today, status: 'Completed' })).toEqual(['a-web']);
    expect(await idsOf({ updated_from: yesterday })).toHaveLength(4);
    expect(await idsOf({ updated_from: new Date(Date.now() + 3_600_000).toISOString() })).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['metadata', { metadata: 'web' }],
    ['metadata.', { 'metadata[]': 'web' }],
    ['metadata.k', { 'metadata[k]': 'x'.repeat(501) }],
    ['metadata.k', { 'metadata[k]': '\0' }],
    ['metadata[k', { 'metadata[k': 'web' }],
    ['user_id[k]', { 'user_id[k]': '1' }],
    ['customer_ref', { customer_ref: '' }],
    ['customer_ref', { customer_ref: 'a\0' }],
    ['updated_from', { updated_from: 'yesterday' }],
  ])('an invalid %s gets 400', async (path, query) => {
    expect(await list(query)).toMatchObject({
      status: 400,
      body: refusal('validation_failed', 'Validation Error', { errors: [{ path, message: expect.any(String) }] }),
    });
  });
});
