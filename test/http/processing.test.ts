import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions();
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders, processing_control');
  await service.receiveMessages();
});
afterAll(() => service.close());

const create = (orderId: string) => service.post({ order_id: orderId, user_id: 1, item_ids: [], total_amount: 1 });
const statusOf = async (orderId: string) => (await service.getOrder(orderId)).body.status;
const pause = (body?: unknown) => service.ask('pauseProcessing', { body });
const resume = (body?: unknown) => service.ask('resumeProcessing', { body });

describe('while processing is paused', () => {
  test('while processing is paused, no order is processed; after it is resumed, the sweep sends consumed messages', async () => {
    for (const id of ['a', 'b']) await create(id);
    await pause();
    await create('c');

    const messages = await service.receiveMessages();
    expect(messages).toHaveLength(3);
    // None comes back, so that none becomes a dead letter.
    expect(await service.deliver(messages)).toEqual([]);
    expect(await Promise.all(['a', 'b', 'c'].map(statusOf))).toEqual(['Pending', 'Pending', 'Pending']);
    expect(await service.sweep()).toBe(0);

    await resume();
    expect(await service.sweep()).toBe(3);
    expect(await service.deliver(await service.receiveMessages())).toEqual([]);
    expect(await Promise.all(['a', 'b', 'c'].map(statusOf))).toEqual(['Completed', 'Completed', 'Completed']);
    expect(await findInconsistencies(service.psql)).toEqual([]);
  });

  test('a retry in backoff is not made due earlier by a paused claim', async () => {
    await create('a');
    await service.psql.rows(
      `UPDATE orders SET not_before = now() + interval '1 hour', due_at = now() + interval '1 hour'`,
    );
    await pause();
    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
    await resume();
    expect(await service.sweep()).toBe(0);
  });

  test('while processing is paused, a message without an order is redelivered, because its order may yet be committed', async () => {
    await pause();
    expect(await service.deliver([encodeMessage('nobody'), 'not ours'])).toEqual([0, 1]);
  });

  test('while processing is paused, an order whose worker died stays unchanged, and is claimed again afterwards', async () => {
    await create('a');
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() - interval '1 second', due_at = now()`,
    );
    await pause();
    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
    expect(await service.sweep()).toBe(0);
    expect((await service.getOrder('a')).body).toMatchObject({ status: 'Processing', crashes: 0 });
    await resume();
    expect(await service.sweep()).toBe(1);
    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
    expect((await service.getOrder('a')).body).toMatchObject({ status: 'Completed', crashes: 1 });
  });

  test('while processing is paused, an order that was started before is finished', async () => {
    await create('a');
    await service.psql.rows(
      `UPDATE orders SET status = 'Processing', token = 1, lease_until = now() + interval '1 minute'`,
    );
    await pause();
    await service.psql.rows(
      `UPDATE orders SET status = 'Completed', due_at = NULL, lease_until = NULL WHERE token = 1`,
    );
    expect(await statusOf('a')).toBe('Completed');
  });

  test('while processing is paused, orders are created, cancelled and redriven', async () => {
    await pause();
    expect((await create('a')).status).toBe(202);
    expect((await service.ask('cancelOrder', { orderId: 'a' })).status).toBe(200);
  });
});

describe('GET /processing', () => {
  const processing = async () => (await service.ask('getProcessing')).body;

  test('GET /processing says that processing was never paused', async () => {
    expect(await processing()).toEqual({ paused: false, since: null, actor: null, reason: null });
  });

  test('GET /processing says who paused first, since when and why, and then who resumed', async () => {
    const paused = await pause({ reason: 'the bank is away' });
    expect(paused).toMatchObject({ status: 200, body: { paused: true, reason: 'the bank is away' } });
    expect(paused.body).toMatchObject({ since: expect.any(String), actor: expect.stringMatching(/^api /) });
    expect((await pause({ reason: 'again' })).body).toEqual(paused.body);
    expect(await processing()).toEqual(paused.body);

    const resumed = await resume();
    expect(resumed).toMatchObject({ status: 200, body: { paused: false, reason: null } });
    expect((await resume({ reason: 'once more' })).body).toEqual(resumed.body);
    expect((await service.ask('getHealth')).body.processing).toBe('running');
  });

  test('resuming processing that was never paused is not an error', async () => {
    expect(await resume()).toMatchObject({ status: 200, body: { paused: false } });
  });
});

test.each(['pauseProcessing', 'resumeProcessing'] as const)(
  '%s rejects an invalid body, and changes nothing',
  async (name) => {
    const before = (await service.ask('getProcessing')).body;
    for (const [body, path] of [
      [{ reason: 1 }, 'reason'],
      [{ until: 'noon' }, 'until'],
    ] as const)
      expect(await service.ask(name, { body })).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect((await service.ask('getProcessing')).body).toEqual(before);
  },
);

test('routes without query parameters reject them', async () => {
  const names = [
    'getProcessing',
    'pauseProcessing',
    'listFailures',
    'deleteDeadLetters',
    'getHealth',
    'createOrders',
  ] as const;
  for (const name of names)
    expect(await service.ask(name, { query: { limit: '3' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'limit', message: 'is not a query parameter of this request; allowed: none' }] },
    });
});
