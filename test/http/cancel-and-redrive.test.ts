import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { connectPsql } from '../support/psql.ts';
import { refusal } from '../support/refusal.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions({ settings: { MAX_REDRIVES: '1' } });
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
});
afterAll(() => service.close());

const create = (orderId: string) => service.post({ order_id: orderId, user_id: 1, item_ids: [], total_amount: 1 });
const cancel = (orderId: string, body?: unknown) => service.ask('cancelOrder', { orderId, body });
const redrive = (orderId: string, body?: unknown) => service.ask('redriveOrder', { orderId, body });
const lastMove = async (orderId: string) => ((await service.getHistory(orderId)).body.history as unknown[]).at(-1);

/** As a worker that has it, and then gave up on it. */
async function hold(orderId: string): Promise<void> {
  await service.psql.rows(
    `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() + interval '1 minute', not_before = NULL
     WHERE order_id = $1`,
    [orderId],
  );
}
async function fail(orderId: string): Promise<void> {
  await hold(orderId);
  await service.psql.rows(
    `UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, finished_at = now(), attempts = 3,
       reason_code = 'no' WHERE order_id = $1`,
    [orderId],
  );
}

describe('POST /orders/{order_id}/cancel', () => {
  test('POST …/cancel cancels a Pending order, which is then never processed, and records who and why', async () => {
    await create('a');
    const answer = await cancel('a', { reason: 'the shop asked' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        order_id: 'a',
        status: 'Cancelled',
        next_states: [],
        reason_code: 'cancelled',
        reason: 'the shop asked',
        next_attempt_at: null,
        finished_at: expect.any(String),
      },
    });
    expect((await service.getOrder('a')).body).toEqual({ ...answer.body, steps: [] });
    expect(await lastMove('a')).toMatchObject({ from: 'Pending', to: 'Cancelled', reason: 'the shop asked' });
    expect(await lastMove('a')).toMatchObject({ actor: expect.stringMatching(/^api /) });

    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
    expect((await service.getOrder('a')).body.status).toBe('Cancelled');
    expect(await findInconsistencies(service.psql)).toEqual([]);
  });

  test('POST …/cancel works without a body', async () => {
    await create('a');
    expect((await cancel('a')).body).toMatchObject({ status: 'Cancelled', reason: 'cancelled over HTTP' });
  });

  test('POST …/cancel cancels an order that waits for a retry', async () => {
    await create('a');
    await service.psql.rows(`UPDATE orders SET not_before = now() + interval '1 hour', attempts = 1`);
    expect(await cancel('a')).toMatchObject({ status: 200, body: { attempts: 1, next_attempt_at: null } });
  });

  test('POST …/cancel returns 202 for an order that a worker has, and records who and why', async () => {
    await create('a');
    await hold('a');
    expect(await cancel('a', { reason: 'the shop asked' })).toMatchObject({
      status: 202,
      body: { status: 'Processing', reason_code: 'cancel_requested', cancel_requested_at: expect.any(String) },
    });
    expect(await lastMove('a')).toMatchObject({
      from: 'Processing',
      to: 'Processing',
      reason_code: 'cancel_requested',
      reason: 'the shop asked',
      actor: expect.stringMatching(/^api /),
    });
  });

  test('POST …/cancel returns 202 for an order with steps to undo, and sends its message', async () => {
    await create('a');
    await service.receiveMessages();
    await service.psql.rows(
      `INSERT INTO order_steps (owner, order_id, run, name, attempt, token, started_at, finished_at, undoable)
       SELECT owner, order_id, run, 'reserve', 1, token, now(), now(), true FROM orders`,
    );
    expect(await cancel('a')).toMatchObject({ status: 202, body: { status: 'Pending', ends_as: 'Cancelled' } });
    expect(await service.receiveMessages()).toHaveLength(1);
    expect((await service.getOrder('a')).body.steps).toMatchObject([{ undo: 'possible', undone_at: null }]);
  });

  test('POST /orders/cancel returns how many orders are Cancelled now, and how many will be later', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    await hold('b');
    const cancelAll = async (more = {}) =>
      (await service.ask('cancelOrders', { body: { order_ids: ['a', 'b', 'c'], ...more } })).body;
    expect(await cancelAll({ dry_run: true })).toMatchObject({ data: { cancelled: 0, cancelling: 0 } });
    expect(await cancelAll()).toMatchObject({
      message: 'Cancelled now: 2. Cancelled later: 1.',
      data: { cancelled: 2, cancelling: 1, order_ids: ['a', 'b', 'c'] },
    });
  });

  test('POST …/cancel returns 409 for a finished order, and changes nothing', async () => {
    for (const id of ['done', 'failed', 'cancelled']) await create(id);
    await service.deliver([encodeMessage('done')]);
    await fail('failed');
    await cancel('cancelled');
    for (const [id, status] of [
      ['done', 'Completed'],
      ['failed', 'Failed'],
      ['cancelled', 'Cancelled'],
    ] as const) {
      const before = (await service.getOrder(id)).body;
      expect(await cancel(id)).toMatchObject({
        status: 409,
        body: {
          status_code: 409,
          message: `The order is ${status}. Only a Pending, Waiting or Processing order can be cancelled.`,
        },
      });
      expect((await service.getOrder(id)).body).toEqual(before);
    }
  });

  test('POST …/cancel and a concurrent claim never both succeed', async () => {
    await create('a');
    const worker = await connectPsql(service.databaseUrl);
    try {
      await worker.rows('BEGIN');
      await worker.rows(
        `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() + interval '1 minute'`,
      );
      const cancelling = cancel('a');
      await waitForLockWaits(service.psql, 1);
      await worker.rows('COMMIT');
      expect(await cancelling).toMatchObject({ status: 202, body: { status: 'Processing' } });
    } finally {
      await worker.end();
    }
  });
});

describe('POST /orders/{order_id}/redrive', () => {
  test('POST …/redrive redrives a Failed order, and records who and why', async () => {
    await create('a');
    await fail('a');
    await service.receiveMessages();
    expect(await redrive('a', { reason: 'the bank is back' })).toMatchObject({
      status: 200,
      body: { order_id: 'a', status: 'Pending', attempts: 0, redrives: 1, next_states: ['Processing', 'Cancelled'] },
    });
    expect(await lastMove('a')).toMatchObject({ from: 'Failed', to: 'Pending', reason: 'the bank is back' });
    expect(await service.deliver(await service.receiveMessages())).toEqual([]);
    expect((await service.getOrder('a')).body.status).toBe('Completed');
  });

  test('POST …/redrive returns 409 unless the order is Failed, and at the redrive limit', async () => {
    await create('a');
    expect((await redrive('a')).body).toEqual(
      refusal('wrong_status', 'The order is Pending. Only a Failed order can be redriven.'),
    );
    await fail('a');
    expect((await redrive('a')).status).toBe(200);
    await fail('a');
    expect(await redrive('a')).toMatchObject({
      status: 409,
      body: { message: 'The order has reached the redrive limit (1).' },
    });
    expect((await service.getOrder('a')).body.status).toBe('Failed');
  });

  test('POST …/redrive waits briefly for an order that another transaction has locked, then returns 503', async () => {
    await create('a');
    await fail('a');
    const other = await connectPsql(service.databaseUrl);
    try {
      await other.rows('BEGIN; SELECT FROM orders FOR UPDATE');
      expect(await redrive('a')).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      await other.rows('COMMIT');
      expect((await redrive('a')).status).toBe(200);
    } finally {
      await other.end();
    }
  });
});

test('a reason can have 500 characters of any kind, and is kept', async () => {
  await create('a');
  const reason = '🛒'.repeat(500);
  expect((await cancel('a', { reason })).status).toBe(200);
  expect(await lastMove('a')).toMatchObject({ to: 'Cancelled', reason });
});

describe.each([
  ['cancel', cancel],
  ['redrive', redrive],
])('%s', (_, act) => {
  test('cancel and redrive return 404 for an order that does not exist', async () => {
    for (const id of ['nobody', '\0', '%', `' OR '1'='1`])
      expect(await act(id)).toMatchObject({ status: 404, body: { status_code: 404, message: 'Order not found' } });
  });

  test.each<[unknown, string]>([
    [{ reason: '' }, 'reason'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
    [{ reason: '🛒'.repeat(501) }, 'reason'],
    [{ reason: 'a\0b' }, 'reason'],
    [{ reason: 7 }, 'reason'],
    [{ because: 'x' }, 'because'],
    [[], ''],
    ['x', ''],
    [null, ''],
  ])('cancel and redrive reject the body %j, and name the field', async (body, path) => {
    await create('a');
    expect(await act('a', body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect((await service.getOrder('a')).body.status).toBe('Pending');
  });
});
