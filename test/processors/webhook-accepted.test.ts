import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Callbacks } from '../../lib/orders/callbacks.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import type { Processor } from '../../lib/processors/processor.ts';
import { webhookProcessor } from '../../lib/processors/webhook.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { answerWith, type Receiver, startReceiver } from './receiver.ts';

let lab: OrderLab;
let receiver: Receiver;
let webhook: Processor;
const callbacks = new Callbacks('https://orders.example/api/v1', [Buffer.alloc(32, 'c')]);

beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.answer = answerWith(202);
  const signingKeys = [Buffer.alloc(32, 'k')];
  webhook = webhookProcessor({ url: receiver.url, signingKeys, timeoutMs: 10_000, offersCallback: true });
  await lab.psql.rows('TRUNCATE orders');
  await lab.insert('a');
});
afterEach(() => receiver.close());

const process = () => lab.process(['a'], { processor: webhook, callbacks });

const done = (payload: unknown) => {
  const { data } = JSON.parse(receiver.requests[0]?.body ?? '') as { data: { callback_url: string } };
  const signal = callbacks.read(data.callback_url.split('/').at(-1) ?? '');
  if (!signal) throw new Error('not a callback URL');
  return signalOrder(lab, { ...signal, payload: JSON.stringify(payload) }, 'receiver');
};

describe('an order whose receiver responds with 202', () => {
  test('waits for the signal done, and is then Completed without another request', async () => {
    await process();
    expect(await lab.row('a')).toMatchObject({ status: 'Waiting', reasonCode: 'wait', reason: 'done' });
    expect(await done({ tracking: 7 })).toBe('stored');
    await process();

    expect((await lab.row('a')).status).toBe('Completed');
    expect(receiver.requests).toHaveLength(1);
  });

  test('is Failed with the code and the message of a failure that the signal reports', async () => {
    await process();
    await done({ error: { code: 'sold_out', message: 'none left' } });
    await process();

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'sold_out', reason: 'none left' });
  });

  test.each([
    [{ code: 'sold_out', message: null }, 'sold_out', ''],
    [{ message: 'none left' }, 'webhook_error', 'none left'],
  ])('is Failed by a signal with the incomplete failure %j', async (error, reasonCode, reason) => {
    await process();
    await done({ error });
    await process();

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode, reason });
  });

  test('is Completed by a signal that came before the response', async () => {
    receiver.answer = (response) => void done(null).then(() => answerWith(202)(response));
    await process();
    await process();

    expect((await lab.row('a')).status).toBe('Completed');
    expect(receiver.requests).toHaveLength(1);
  });

  test('is Failed when the signal does not come in time', async () => {
    await process();
    await lab.psql.rows(`UPDATE order_steps SET wake_at = now() WHERE kind = 'wait'`);
    await lab.psql.rows('UPDATE orders SET not_before = now()');
    await process();

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'signal_timeout' });
  });
});

test('a response other than 202 records no step, so that work that is done costs no additional statement', async () => {
  receiver.answer = answerWith(200);
  lab.statements.length = 0;
  await process();

  expect((await lab.row('a')).status).toBe('Completed');
  expect(lab.statements.filter((statement) => statement.includes('order_steps'))).toEqual([]);
});
