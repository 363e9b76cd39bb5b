import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
beforeEach(() => service.psql.rows('TRUNCATE orders'));
afterAll(() => service.close());

const DETAILS = {
  currency: 'EUR',
  customer_ref: 'customer 17, Zoë 🛒',
  metadata: { channel: 'web', empty: '', 'k"\\ é': '\u0001\uffff' },
  items: [
    { sku: 'MUG', quantity: 2, unit_price: '4.750', metadata: { colour: 'blue' } },
    { sku: 'PEN', quantity: 2_147_483_647, unit_price: '0' },
  ],
};
const SHOWN = { ...DETAILS, items: DETAILS.items.map((item) => ({ metadata: {}, ...item })) };
const NONE = { currency: null, customer_ref: null, process_after: null, metadata: {}, items: [] };

/** An order with items; undefined leaves a field out. */
const anOrder = (values: object = {}) => ({
  order_id: 'a',
  user_id: 1,
  total_amount: '9.50',
  ...DETAILS,
  ...values,
});
const plain = (values: object = {}) => ({ order_id: 'a', user_id: 1, item_ids: [7], total_amount: '9.50', ...values });

const invalid = (path: string, message: string) => ({
  status: 400,
  body: refusal('validation_failed', 'Validation Error', { errors: [{ path, message }] }),
});

describe('the details of an order', () => {
  test('an order with details is returned with them, alone, in lists and after a change of status', async () => {
    expect(await service.post(anOrder())).toMatchObject({ status: 202 });
    await service.post(plain({ order_id: 'b' }));

    expect((await service.getOrder('a')).body).toMatchObject({ ...SHOWN, item_ids: [], total_amount: '9.50' });
    const { orders } = (await service.ask('listOrders')).body as { orders: object[] };
    expect(orders).toEqual([expect.objectContaining(NONE), expect.objectContaining(SHOWN)]);
    expect((await service.ask('cancelOrder', { orderId: 'a' })).body).toMatchObject({
      ...SHOWN,
      status: 'Cancelled',
    });
  });

  test('an order without details has none in its response and no row in order_details', async () => {
    await service.post(plain({ metadata: {} }));
    await service.post({ ...plain({ order_id: 'b' }), item_ids: undefined, items: [] });

    expect((await service.getOrder('a')).body).toMatchObject(NONE);
    expect((await service.getOrder('b')).body).toMatchObject({ ...NONE, item_ids: [] });
    expect(await service.psql.value('SELECT count(*)::integer FROM order_details')).toBe(0);
  });

  test('unit_price keeps its digits, whether it is a JSON number or a string', async () => {
    await service.postRaw(
      `{"order_id":"a","user_id":1,"total_amount":1.10,"items":[
         {"sku":"x","quantity":1,"unit_price":0.10},{"sku":"x","quantity":1,"unit_price":"12345678901.12345678901234567890"},
         {"sku":"x","quantity":1,"unit_price":1e2}]}`,
    );
    const { items, total_amount } = (await service.getOrder('a')).body as {
      items: { unit_price: string }[];
      total_amount: string;
    };
    expect([total_amount, ...items.map(({ unit_price }) => unit_price)]).toEqual([
      '1.10',
      '0.10',
      '12345678901.12345678901234567890',
      '100',
    ]);
  });

  test('metadata may have a key named __proto__, as any other', async () => {
    await service.postRaw(
      '{"order_id":"a","user_id":1,"item_ids":[],"total_amount":1,"metadata":{"__proto__":"x","constructor":"y","toString":"z"}}',
    );
    expect((await service.getOrder('a')).text).toContain(
      '"metadata":{"toString":"z","__proto__":"x","constructor":"y"}',
    );
  });

  test('the largest details are accepted: 1,000 items, 50 keys of 40 and values of 500 characters', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`${n}`.padStart(40, 'k'), 'v'.repeat(500)]),
    );
    const items = Array.from({ length: 1_000 }, (_, n) => ({ sku: `sku-${n}`, quantity: 1, unit_price: '1.00' }));

    expect(await service.post(anOrder({ metadata, items, customer_ref: '🛒'.repeat(255) }))).toMatchObject({
      status: 202,
    });

    expect((await service.getOrder('a')).body).toMatchObject({
      metadata,
      items: items.map((item) => ({ ...item, metadata: {} })),
      customer_ref: '🛒'.repeat(255),
    });
  });

  const text = (max: number) => `must have at most ${max} characters`;
  const value = 'must be a string of at most 500 characters, without NUL or lone surrogates';
  const key = 'must have a key of 1 to 40 characters, without NUL or lone surrogates';
  const quantity = 'must be a whole number from 1 to 2147483647';
  const price = 'must be a finite number, at least 0 and less than 1e12, with at most 20 decimals';
  const currency = 'must be an ISO 4217 currency code in capital letters, such as EUR';
  const item = (values: object) => ({ items: [{ sku: 'x', quantity: 1, unit_price: '1', ...values }] });
  test.each<[string, string, object]>([
    ['currency', currency, { currency: 'eur' }],
    ['currency', currency, { currency: 'AAA' }],
    ['currency', currency, { currency: 'EUR ' }],
    ['currency', 'must be a string', { currency: 978 }],
    ['currency', 'must be a string', { currency: null }],
    ['customer_ref', 'must not be empty', { customer_ref: '' }],
    ['customer_ref', text(255), { customer_ref: 'x'.repeat(256) }],
    ['customer_ref', 'must be a string', { customer_ref: 7 }],
    ['customer_ref', 'must not contain NUL or lone surrogates', { customer_ref: 'a\0' }],
    ['customer_ref', 'must not contain NUL or lone surrogates', { customer_ref: '\ud800' }],
    ['metadata', 'must be an object of strings', { metadata: null }],
    ['metadata', 'must be an object of strings', { metadata: [] }],
    ['metadata', 'must be an object of strings', { metadata: 'x' }],
    [
      'metadata',
      'must have at most 50 keys',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [n, ''])) },
    ],
    ['metadata.k', value, { metadata: { k: 1 } }],
    ['metadata.total_amount', value, { metadata: { total_amount: 1 } }],
    ['metadata.unit_price', value, { metadata: { unit_price: 1.5 } }],
    ['metadata.k', value, { metadata: { k: null } }],
    ['metadata.k', value, { metadata: { k: { nested: 'x' } } }],
    ['metadata.k', value, { metadata: { k: 'x'.repeat(501) } }],
    ['metadata.k', value, { metadata: { k: 'a\0' } }],
    ['metadata.k', value, { metadata: { k: '\udfff' } }],
    ['metadata.', key, { metadata: { '': 'x' } }],
    [`metadata.${'k'.repeat(41)}`, key, { metadata: { ['k'.repeat(41)]: 'x' } }],
    ['metadata.\0', key, { metadata: { '\0': 'x' } }],
    ['items', 'must be a list of items', { items: {} }],
    ['items', 'must have at most 1000 items', { items: Array(1_001).fill(DETAILS.items[0]) }],
    ['items', 'must not be sent together with item_ids', { item_ids: [] }],
    ['item_ids', 'must be a list of whole numbers', { items: undefined }],
    ['items.0', 'must be a JSON object', { items: ['x'] }],
    ['items.0.colour', 'is not a known field', item({ colour: 'blue' })],
    ['items.0.sku', 'must be a string', item({ sku: undefined })],
    ['items.0.sku', text(255), item({ sku: 'x'.repeat(256) })],
    ['items.0.quantity', quantity, item({ quantity: 0 })],
    ['items.0.quantity', quantity, item({ quantity: 1.5 })],
    ['items.0.quantity', quantity, item({ quantity: '2' })],
    ['items.0.quantity', quantity, item({ quantity: 2_147_483_648 })],
    ['items.0.unit_price', 'must be a number', item({ unit_price: undefined })],
    ['items.0.unit_price', 'must be a number', item({ unit_price: true })],
    ['items.0.unit_price', price, item({ unit_price: '-1' })],
    ['items.0.unit_price', price, item({ unit_price: 'NaN' })],
    ['items.0.unit_price', price, item({ unit_price: 1e12 })],
    ['items.0.unit_price', price, item({ unit_price: `1.${'0'.repeat(21)}` })],
    ['items.0.unit_price', price, item({ unit_price: '1e-21' })],
    ['items.0.metadata.k', value, item({ metadata: { k: 1 } })],
  ])('a request with an invalid %s gets 400: it %s', async (path, message, values) => {
    expect(await service.post(anOrder(values))).toMatchObject(invalid(path, message));
    expect((await service.getOrder('a')).status).toBe(404);
  });

  test('an Idempotency-Key matches the same details in another notation, and refuses others', async () => {
    const headers = { 'idempotency-key': 'details' };
    await service.post(anOrder(), headers);
    const { channel, ...rest } = DETAILS.metadata;
    const [mug, pen] = DETAILS.items;

    const again = anOrder({ metadata: { ...rest, channel }, items: [{ ...mug, unit_price: 4.75 }, pen] });
    expect(await service.post(again, headers)).toMatchObject({
      status: 202,
      headers: { 'idempotency-replayed': 'true' },
    });
    for (const other of [
      { currency: 'USD' },
      { customer_ref: undefined },
      { metadata: { ...DETAILS.metadata, channel: 'shop' } },
      { items: [pen, mug] },
      { items: [{ ...mug, quantity: 3 }, pen] },
      { items: [{ ...mug, metadata: {} }, pen] },
    ])
      expect((await service.post(anOrder(other), headers)).status).toBe(422);
    expect((await service.post(plain(), headers)).status).toBe(422);
  });

  test.each([
    ['2026-01-31T12:00:00+05:45', '2026-01-31T06:15:00.000Z'],
    ['2026-01-31T12:00:00.1239Z', '2026-01-31T12:00:00.123Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('process_after is a time with its zone: %s is returned as %s', async (process_after, shown) => {
    expect(await service.post(plain({ process_after }))).toMatchObject({ status: 202 });
    expect((await service.getOrder('a')).body).toMatchObject({ process_after: shown, next_attempt_at: null });
  });

  const DAY = 86_400_000;
  const time = 'must be a time with its zone, such as 2026-11-23T09:30:00Z, from 1970 to a year from now';
  test.each([
    '2026-01-31T12:00:00',
    '2026-01-31',
    '2026-02-30T12:00:00Z',
    'tomorrow',
    '',
    1_793_534_400,
    null,
    '1969-12-31T23:59:59Z',
    new Date(Date.now() + 366 * DAY + 60_000).toISOString(),
  ])('process_after may not be %j', async (process_after) => {
    expect(await service.post(plain({ process_after }))).toMatchObject(invalid('process_after', time));
  });

  test('an order with process_after in almost a year is accepted, and shows when it may start', async () => {
    const process_after = new Date(Date.now() + 365 * DAY).toISOString();
    await service.post(plain({ process_after }));
    expect((await service.getOrder('a')).body).toMatchObject({
      status: 'Pending',
      process_after,
      next_attempt_at: process_after,
    });
  });

  test('orders with and without details can share a batch', async () => {
    const body = { orders: [anOrder(), plain({ order_id: 'b' }), anOrder({ order_id: 'c', currency: 'XXXX' })] };
    expect((await service.ask('createOrders', { body })).body).toMatchObject({ data: { accepted: 2, refused: 1 } });
    expect((await service.getOrder('a')).body).toMatchObject(SHOWN);
    expect((await service.getOrder('b')).body).toMatchObject(NONE);
  });
});
