import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions({ settings: { MAX_REDRIVES: '2' } });
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
});

const create = (orderId: string) => service.post({ order_id: orderId, user_id: 1, item_ids: [], total_amount: 1 });

/** As a worker that gave up on them. */
async function fail(reasonCode: string, ...orderIds: string[]): Promise<void> {
  await service.psql.rows(
    `UPDATE orders SET status = 'Processing', token = token + 1, attempts = 3, crashes = 2, lease_until = now() WHERE order_id = ANY($1)`,
    [orderIds],
  );
  await service.psql.rows(
    `UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = $2, reason = 'no' WHERE order_id = ANY($1)`,
    [orderIds, reasonCode],
  );
}

interface Entry {
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  readonly reason_code: string | null;
  readonly reason: string | null;
}
const history = async (orderId: string) => (await service.getHistory(orderId)).body.history as Entry[];

describe('GET /orders/{order_id}/history', () => {
  test('GET …/history returns every transition with its actor', async () => {
    await create('a');
    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
    const entries = await history('a');
    expect(entries.map(({ from, to }) => [from, to])).toEqual([
      [null, 'Pending'],
      ['Pending', 'Processing'],
      ['Processing', 'Completed'],
    ]);
    expect(entries[2]?.actor).not.toBe('postgres');
  });

  test('GET …/history returns the database user for manual changes', async () => {
    await create('b');
    await service.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'b'`);
    expect((await history('b')).at(-1)).toMatchObject({ to: 'Cancelled', actor: 'postgres' });
  });

  test('GET …/history returns 404 for an order that does not exist', async () => {
    for (const orderId of ['nobody', '\0'])
      expect(await service.getHistory(orderId)).toMatchObject({ status: 404, body: { message: 'Order not found' } });
  });
});

describe('POST /orders/redrive', () => {
  test('POST /orders/redrive redrives Failed orders with a new budget of attempts, and records who and why', async () => {
    await create('a');
    await fail('bank_down', 'a');
    await service.receiveMessages();
    expect(await service.redrive({ order_ids: ['a'], reason: 'the bank is back' })).toMatchObject({
      status: 200,
      body: { status_code: 200, data: { order_ids: ['a'], capped: 0 } },
    });
    expect((await service.getOrder('a')).body).toMatchObject({ status: 'Pending', attempts: 0, crashes: 0 });
    expect((await history('a')).at(-1)).toMatchObject({ from: 'Failed', to: 'Pending', reason: 'the bank is back' });
    expect((await history('a')).at(-1)?.actor).toMatch(/^api /);

    expect(await service.deliver(await service.receiveMessages())).toEqual([]);
    expect((await service.getOrder('a')).body.status).toBe('Completed');
  });

  test('POST /orders/redrive redrives the orders of one cause, and no others', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await create(id);
    await fail('bank_down', 'a', 'b');
    await fail('card_declined', 'c');
    expect((await service.redrive({ reason_code: 'bank_down' })).body.data).toMatchObject({
      order_ids: ['a', 'b'],
      capped: 0,
    });
    expect((await service.getOrder('c')).body.status).toBe('Failed');
  });

  test('POST /orders/redrive with dry_run changes nothing', async () => {
    await create('a');
    await fail('bank_down', 'a');
    expect((await service.redrive({ all: true, dry_run: true })).body.data).toMatchObject({
      order_ids: ['a'],
      capped: 0,
    });
    expect((await service.getOrder('a')).body.status).toBe('Failed');
  });

  test('POST /orders/redrive can select only orders that failed without a reason code', async () => {
    for (const id of ['a', 'b']) await create(id);
    await fail('bank_down', 'a');
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() WHERE order_id = 'b'`,
    );
    await service.psql.rows(
      `UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = NULL WHERE order_id = 'b'`,
    );
    expect((await service.redrive({ reason_code: null })).body.data).toMatchObject({ order_ids: ['b'], capped: 0 });
    expect((await service.getOrder('a')).body.status).toBe('Failed');
  });

  test.each([undefined, {}, { reason: 'sent for the order "."' }, { limit: 1 }, { dry_run: true }, { after: 'a' }])(
    'POST /orders/redrive rejects %j, which a request about one order may send here',
    async (body) => {
      await create('a');
      await fail('bank_down', 'a');
      expect(await service.ask('redriveOrders', { body })).toMatchObject({
        status: 400,
        body: { errors: [{ path: '', message: expect.stringContaining('"all": true') }] },
      });
      expect((await service.getOrder('a')).body.status).toBe('Failed');
    },
  );

  test.each([
    [{}, 1],
    [{ new_run: true }, 2],
  ])('POST /orders/redrive with %j leaves the order in run %i', async (body, run) => {
    await create('a');
    await fail('bank_down', 'a');
    await service.redrive({ all: true, ...body });
    expect(await service.psql.value('SELECT run FROM orders')).toBe(run);
  });

  test('POST /orders/redrive skips an order that has reached the redrive limit', async () => {
    await create('a');
    for (let redrives = 0; redrives < 2; redrives += 1) {
      await fail('bank_down', 'a');
      expect((await service.redrive({ all: true })).body.data).toMatchObject({ order_ids: ['a'] });
    }
    await fail('bank_down', 'a');
    expect((await service.redrive({ all: true })).body.data).toMatchObject({ order_ids: [], capped: 1 });
  });

  test('POST /orders/redrive redrives as many orders as the limit', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    await fail('bank_down', 'a', 'b', 'c');
    expect((await service.redrive({ all: true, limit: 2 })).body.data).toMatchObject({ order_ids: ['a', 'b'] });
  });

  test('POST /orders/redrive continues after an order id, so that an order that fails again is not redriven twice', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await create(id);
    await fail('bank_down', 'd', 'c', 'b', 'a');
    expect((await service.redrive({ all: true, limit: 2 })).body.data).toMatchObject({ order_ids: ['a', 'b'] });
    await fail('bank_down', 'a');
    expect((await service.redrive({ all: true, dry_run: true, after: 'b' })).body.data).toMatchObject({
      order_ids: ['c', 'd'],
      capped: 0,
    });
    expect((await service.redrive({ all: true, after: 'b' })).body.data).toMatchObject({ order_ids: ['c', 'd'] });
    expect((await service.getOrder('a')).body.status).toBe('Failed');
  });

  test('POST /orders/redrive rejects query parameters, which the caller may rely on', async () => {
    await create('a');
    await fail('bank_down', 'a');
    const answer = await service.ask('redriveOrders', { body: { all: true }, query: { dry_run: 'true' } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'dry_run' }] } });
    expect((await service.getOrder('a')).body.status).toBe('Failed');
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ order_ids: 'a' }, 'order_ids'],
    [{ order_ids: ['\0'] }, 'order_ids.0'],
    [{ dry_run: 'yes' }, 'dry_run'],
    [{ new_run: 'yes' }, 'new_run'],
    [{ reason: '' }, 'reason'],
    [{ after: 7 }, 'after'],
    [{ everything: true }, 'everything'],
  ])('POST /orders/redrive rejects %j, and names the field', async (body, path) => {
    expect(await service.redrive({ all: true, ...body })).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });
});
