import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
afterAll(() => service.close());

const anOrder = (orderId: string, changes = {}) => ({
  order_id: orderId,
  user_id: 1,
  item_ids: [7, 8],
  total_amount: 19.5,
  ...changes,
});
const withKey = (key: string) => ({ 'idempotency-key': key });
const REPLAYED = 'idempotency-replayed';

describe('an Idempotency-Key', () => {
  test('a repeated Idempotency-Key gets the first response again, marked as replayed', async () => {
    const first = await service.post(anOrder('a'), withKey('key-a'));
    const again = await service.post(anOrder('a'), withKey('key-a'));
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.text).toBe(first.text);
    expect([first.headers[REPLAYED], again.headers[REPLAYED]]).toEqual([undefined, 'true']);
  });

  test('an Idempotency-Key matches by the validated values, not by their notation', async () => {
    await service.post(anOrder('b'), withKey('key-b'));
    const again = await service.post(anOrder('b', { user_id: '1', total_amount: '19.50' }), withKey('key-b'));
    expect([again.status, again.headers[REPLAYED]]).toEqual([202, 'true']);
  });

  test.each([
    ['order_id', 'another'],
    ['user_id', 2],
    ['item_ids', [7]],
    ['item_ids', [8, 7]],
    ['total_amount', 19.51],
  ])('an Idempotency-Key with another %s gets 422: %j', async (field, value) => {
    const id = `c ${field} ${JSON.stringify(value)}`;
    const key = id.replaceAll(',', ';');
    const other = anOrder(id, { [field]: value });
    expect((await service.post(anOrder(id), withKey(key))).status).toBe(202);

    expect((await service.post(other, withKey(key))).status).toBe(422);

    if (other.order_id !== id) expect((await service.getOrder(other.order_id)).status).toBe(404);
  });

  test('a reused Idempotency-Key takes precedence over an existing order id', async () => {
    await service.post(anOrder('d'));
    await service.post(anOrder('e'), withKey('key-e'));
    expect((await service.post(anOrder('d'), withKey('key-e'))).status).toBe(422);
  });

  test('a new Idempotency-Key with an existing order id gets 400', async () => {
    await service.post(anOrder('f'));
    expect((await service.post(anOrder('f'), withKey('key-f'))).body).toMatchObject({
      status_code: 400,
      message: 'Order with order_id f already exists.',
    });
  });

  test('an Idempotency-Key in 100 simultaneous posts creates one order with one response', async () => {
    const posts = Array.from({ length: 100 }, () => service.post(anOrder('g'), withKey('key-g')));
    const answers = await Promise.all(posts);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers[REPLAYED] === undefined)).toHaveLength(1);
  });

  test.each([
    ['empty', ''],
    ['longer than 255', 'k'.repeat(256)],
    ['not ASCII', 'schlüssel'],
    ['sent twice, which API Gateway joins', 'key-a,key-b'],
  ])('an Idempotency-Key that is %s is rejected, and nothing is stored', async (_, key) => {
    expect(await service.post(anOrder('h'), withKey(key))).toMatchObject({
      status: 400,
      body: { message: 'Validation Error', errors: [{ path: 'Idempotency-Key' }] },
    });
    expect((await service.getOrder('h')).status).toBe(404);
  });

  test('an Idempotency-Key of 255 characters is accepted', async () => {
    expect((await service.post(anOrder('i'), withKey('k'.repeat(255)))).status).toBe(202);
  });

  test('without an Idempotency-Key, two identical orders differ only by their ids', async () => {
    expect((await service.post(anOrder('j'))).status).toBe(202);
    expect((await service.post(anOrder('j'))).status).toBe(400);
    expect((await service.post(anOrder('k'))).status).toBe(202);
  });
});
