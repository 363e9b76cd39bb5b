import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { type Asking, type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
  await service.post(ORDER);
});
afterAll(() => service.close());

const ORDER = {
  order_id: 'a',
  user_id: 1,
  item_ids: [7],
  total_amount: '9.50',
  currency: 'EUR',
  customer_ref: 'customer 17',
  metadata: { channel: 'web' },
};
const HOUR_MS = 3_600_000;

const etagOf = async (orderId = 'a') => String((await service.getOrder(orderId)).headers.etag);
const amend = (body: unknown, ifMatch: string | undefined, asking: Asking = {}) =>
  service.ask('amendOrder', {
    orderId: 'a',
    body,
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    ...asking,
  });

describe('PATCH /orders/{order_id}', () => {
  test('PATCH changes the fields that it has, returns the order with its new ETag, and the history names the fields', async () => {
    const first = await etagOf();
    const answer = await amend({ total_amount: 12.5, metadata: { channel: 'shop' }, customer_ref: null }, first);

    const changed = { ...ORDER, total_amount: '12.5', metadata: { channel: 'shop' }, customer_ref: null };
    expect(answer).toMatchObject({ status: 200, body: { ...changed, status: 'Pending', attempts: 0, steps: [] } });
    expect(answer.headers.etag).not.toBe(first);
    const read = await service.getOrder('a');
    expect([read.text, read.headers.etag]).toEqual([answer.text, answer.headers.etag]);
    expect((await service.getHistory('a')).body.history).toEqual([
      expect.objectContaining({ from: null, to: 'Pending' }),
      expect.objectContaining({
        from: 'Pending',
        to: 'Pending',
        attempt: 0,
        reason_code: 'amended',
        reason: 'total_amount, customer_ref, metadata',
        actor: expect.stringMatching(/^api /),
      }),
    ]);
    expect(await findInconsistencies(service.psql)).toEqual([]);
  });

  test.each<[object, object]>([
    [{ user_id: '2' }, { user_id: 2 }],
    [{ item_ids: [] }, { item_ids: [] }],
    [{ currency: 'USD' }, { currency: 'USD' }],
    [
      { currency: null, customer_ref: null, metadata: null },
      { currency: null, customer_ref: null, metadata: {} },
    ],
    [{ metadata: {} }, { metadata: {} }],
    [
      { items: [{ sku: 'MUG', quantity: 1, unit_price: 0.1 }] },
      { item_ids: [], items: [{ sku: 'MUG', quantity: 1, unit_price: '0.1', metadata: {} }] },
    ],
    [{ items: null }, { item_ids: [7], items: [] }],
  ])('PATCH with %j changes the order to %j, and nothing else', async (body, changed) => {
    const before = (await service.getOrder('a')).body;
    expect((await amend(body, await etagOf())).body).toEqual({ ...before, ...changed });
    expect((await service.getOrder('a')).body).toEqual({ ...before, ...changed });
  });

  test('items and item_ids replace each other', async () => {
    await amend({ items: [{ sku: 'MUG', quantity: 1, unit_price: '1' }] }, '*');
    expect((await amend({ item_ids: [1] }, '*')).body).toMatchObject({ item_ids: [1], items: [] });
    expect((await amend({ item_ids: [2], items: null }, '*')).body).toMatchObject({ item_ids: [2], items: [] });
  });

  test('PATCH that removes all details leaves no row of them', async () => {
    await amend({ currency: null, customer_ref: null, metadata: null }, '*');
    expect(await service.psql.value('SELECT count(*)::integer FROM order_details')).toBe(0);
    expect((await amend({ currency: 'EUR' }, '*')).body).toMatchObject({ currency: 'EUR' });
  });

  test('PATCH without If-Match gets 428, and with an earlier ETag 412, and changes nothing', async () => {
    const first = await etagOf();
    const required = refusal('if_match_required', 'Send the ETag of the order that you want to change in If-Match.');
    expect(await amend({ user_id: 2 }, undefined)).toMatchObject({ status: 428, body: required });
    await amend({ user_id: 3 }, first);

    const changed = refusal('order_changed', 'The order has changed since it had the ETag in If-Match.');
    for (const ifMatch of [first, '"another"', 'x', ''])
      expect(await amend({ user_id: 4 }, ifMatch)).toMatchObject({ status: 412, body: changed });
    expect((await service.getOrder('a')).body).toMatchObject({ user_id: 3 });
  });

  test('If-Match takes a list of ETags, and any by *', async () => {
    expect((await amend({ user_id: 2 }, `"x", ${await etagOf()}`)).status).toBe(200);
    expect((await amend({ user_id: 3 }, '*')).status).toBe(200);
  });

  test('a weak ETag in If-Match never matches, and the response says so', async () => {
    const etag = await etagOf();
    const weak = refusal(
      'order_changed',
      'If-Match has a weak ETag (W/), which never matches. Send the ETag without W/.',
    );
    for (const ifMatch of [`W/${etag}`, `"x", W/${etag}`])
      expect(await amend({ user_id: 2 }, ifMatch)).toMatchObject({ status: 412, body: weak });
    expect((await amend({ user_id: 2 }, `W/"x", ${etag}`)).status).toBe(200);
  });

  test('of 20 simultaneous PATCHes with one ETag exactly one succeeds', async () => {
    const etag = await etagOf();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => amend({ user_id: 100 + n }, etag)));
    const [won, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
    expect((await service.getOrder('a')).text).toBe(won?.text);
  });

  test('a PATCH is not disturbed by a sweep, which changes nothing that a caller sees', async () => {
    const etag = await etagOf();
    await service.psql.rows(`UPDATE orders SET due_at = now() - interval '1 second'`);
    await service.sweep();
    expect((await amend({ user_id: 2 }, etag)).status).toBe(200);
  });

  test('PATCH of an order that is not Pending gets 409', async () => {
    await service.deliver([encodeMessage('a')]);
    const message = 'The order is Completed. Only a Pending order can be changed.';
    expect(await amend({ user_id: 2 }, '*')).toMatchObject({ status: 409, body: refusal('wrong_status', message) });
  });

  test('PATCH of an order with a recorded step gets 409, unless it only changes the time', async () => {
    await service.psql.rows(
      `INSERT INTO order_steps (owner, order_id, run, name, attempt, token, started_at, finished_at)
       VALUES ('', 'a', 1, 'charge', 1, 1, now(), now())`,
    );
    const message = 'A recorded step has used the values of the order. Only process_after can be changed.';
    const refused = { status: 409, body: refusal('wrong_status', message) };
    expect(await amend({ total_amount: 1, process_after: null }, '*')).toMatchObject(refused);
    expect(await amend({ process_after: null }, '*')).toMatchObject({ status: 200, body: { total_amount: '9.50' } });
  });

  test('PATCH of an order that does not exist, or is not the caller’s, gets 404', async () => {
    const notFound = { status: 404, body: refusal('order_not_found', 'Order not found') };
    expect(await amend({ user_id: 2 }, '*', { orderId: 'nobody' })).toMatchObject(notFound);
    const as = { owner: 'another', scopes: 'orders:write' };
    expect(await amend({ user_id: 2 }, '*', { as })).toMatchObject(notFound);
  });

  test.each<[string, string, unknown]>([
    ['', 'must have at least one field to change', {}],
    ['', 'must be a JSON object', []],
    ['', 'must be JSON, in UTF-8', undefined],
    ['order_id', 'is not a known field', { order_id: 'b' }],
    ['status', 'is not a known field', { status: 'Completed' }],
    ['total_amount', 'must be a number', { total_amount: null }],
    ['user_id', 'must be a whole number from -2147483648 to 2147483647', { user_id: null }],
    ['item_ids', 'must be a list of whole numbers', { item_ids: null }],
    ['items', 'must not be sent together with item_ids', { item_ids: [], items: [] }],
    [
      'metadata.k',
      'must be a string of at most 500 characters, without NUL or lone surrogates',
      { metadata: { k: 1 } },
    ],
  ])('PATCH with an invalid body gets 400: %s %s', async (path, message, body) => {
    expect(await amend(body, '*')).toMatchObject({
      status: 400,
      body: refusal('validation_failed', 'Validation Error', { errors: [{ path, message }] }),
    });
  });

  test('PATCH moves the time of an order, later and earlier, and sends a message for it', async () => {
    await service.receiveMessages();
    const later = new Date(Date.now() + HOUR_MS).toISOString();
    expect((await amend({ process_after: later }, '*')).body).toMatchObject({
      process_after: later,
      next_attempt_at: later,
    });
    expect(await service.receiveMessages()).toEqual([]);
    await service.deliver([encodeMessage('a')]);
    expect((await service.getOrder('a')).body.status).toBe('Pending');

    expect((await amend({ process_after: null }, '*')).body).toMatchObject({ process_after: null });
    expect(await service.receiveMessages()).toEqual([encodeMessage('a')]);
    await service.deliver([encodeMessage('a')]);
    expect((await service.getOrder('a')).body).toMatchObject({ status: 'Completed', process_after: null });
  });

  test('an order whose time is moved to now has waited since now, not since it was created', async () => {
    await service.psql.rows(`UPDATE orders SET created_at = now() - interval '1 month'`);
    await amend({ process_after: null }, '*');
    expect(
      await service.psql.value(`SELECT extract(epoch FROM now() - coalesce(not_before, created_at)) < 60 FROM orders`),
    ).toBe(true);
  });
});
