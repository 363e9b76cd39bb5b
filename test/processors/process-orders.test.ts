import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../lib/errors.ts';
import { amendOrder } from '../../lib/orders/amend-order.ts';
import type { Processor } from '../../lib/processors/processor.ts';
import { webhookProcessor } from '../../lib/processors/webhook.ts';
import { createApi } from '../../lib/runtime/api.ts';
import { type Connections, connect } from '../../lib/runtime/connections.ts';
import { createWorker, type Worker } from '../../lib/runtime/worker.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { countdown, type OrderLab, openOrderLab, RESEND_AFTER } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';
import { answerWith, type Receiver, startReceiver } from './receiver.ts';

const KEY = Buffer.alloc(32, 'k');

let lab: OrderLab;
let receiver: Receiver;
let webhook: Processor;

beforeAll(async () => {
  lab = await openOrderLab();
});

afterAll(() => lab.close());

beforeEach(async () => {
  receiver = await startReceiver();
  webhook = webhookProcessor({ url: receiver.url, signingKeys: [KEY], timeoutMs: 10_000 });
  lab.queue.sends.length = 0;
});

afterEach(() => receiver.close());

const history = (orderId: string) =>
  lab.psql.rows<{ to: string; code: string | null }>(
    'SELECT to_status AS to, reason_code AS code FROM order_history WHERE order_id = $1 ORDER BY entry',
    [orderId],
  );

const isDue = (orderId: string) =>
  lab.psql.value<boolean>('SELECT coalesce(not_before <= now(), true) FROM orders WHERE order_id = $1', [orderId]);

describe('orders that a webhook processes', () => {
  test('orders are Completed by a 2xx of the webhook', async () => {
    await lab.insert('accepted-1', 'accepted-2');

    expect(await lab.process(['accepted-1', 'accepted-2'], { processor: webhook })).toEqual([
      'accepted-1',
      'accepted-2',
    ]);

    for (const orderId of ['accepted-1', 'accepted-2'])
      expect(await lab.row(orderId)).toMatchObject({ status: 'Completed', attempts: 0, reasonCode: null });
    expect(receiver.requests).toHaveLength(2);
    expect(lab.queue.sends).toEqual([]);
  });

  test('orders are Failed immediately by a permanent response of the webhook, with its code', async () => {
    receiver.answer = answerWith(410);
    await lab.insert('gone');

    await lab.process(['gone'], { processor: webhook });

    expect(await lab.row('gone')).toMatchObject({
      status: 'Failed',
      attempts: 1,
      reasonCode: 'webhook_410',
      reason: 'The receiver responded with 410',
    });
    expect(await history('gone')).toEqual([
      { to: 'Pending', code: null },
      { to: 'Processing', code: null },
      { to: 'Failed', code: 'webhook_410' },
    ]);
  });

  test('orders are Pending with backoff after a transient response, and Completed by a later one with the same id', async () => {
    receiver.answer = answerWith(503);
    await lab.insert('recovers');

    const retryPolicy = { maxAttempts: 3, baseMs: 200, maxMs: 60_000 };
    await lab.process(['recovers'], { processor: webhook, retryPolicy });

    expect(await lab.row('recovers')).toMatchObject({ status: 'Pending', attempts: 1, reasonCode: 'webhook_503' });
    expect(lab.queue.orderIds).toEqual(['recovers']);
    receiver.answer = answerWith(200);
    await waitUntil('its backoff is over', () => isDue('recovers'));
    await lab.process(['recovers'], { processor: webhook, retryPolicy });

    expect(await lab.row('recovers')).toMatchObject({ status: 'Completed', attempts: 1 });
    expect((await history('recovers')).map(({ to }) => to)).toEqual([
      'Pending',
      'Processing',
      'Pending',
      'Processing',
      'Completed',
    ]);
    const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  test('a retry of an order that was changed has the new body under the same id, since the first attempt may have had its effect', async () => {
    receiver.answer = answerWith(503);
    await lab.insert('changed');
    await lab.process(['changed'], { processor: webhook });
    const amendment = { totalAmount: '8.25', details: {}, changed: ['total_amount'] };
    const deps = { database: lab.database, queue: lab.queue, resendAfterSeconds: RESEND_AFTER };
    await amendOrder(deps, 'changed', null, () => true, amendment, 'shop');

    receiver.answer = answerWith(200);
    await waitUntil('the backoff is over', () => isDue('changed'));
    await lab.process(['changed'], { processor: webhook });

    expect(await lab.row('changed')).toMatchObject({ status: 'Completed' });
    const [first, second] = receiver.requests;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({ data: { total_amount: '8.25' } });
  });

  test('orders wait as long as Retry-After says, and their message half a second longer, because one that comes too early is lost', async () => {
    receiver.answer = answerWith(429, { 'retry-after': '40' });
    await lab.insert('throttled');

    await lab.process(['throttled'], { processor: webhook });

    const { notBefore, reasonCode } = await lab.row('throttled');
    expect(reasonCode).toBe('webhook_429');
    expect(notBefore).toBeGreaterThan(35);
    expect(notBefore).toBeLessThanOrEqual(41);
    // The history has the time of the verdict, or a moment later.
    const delay = await lab.psql.value<number>(
      `SELECT extract(epoch FROM not_before - at)::double precision FROM orders JOIN order_history USING (order_id)
       WHERE order_id = 'throttled' AND from_status = 'Processing'`,
    );
    expect(lab.queue.sends[0]?.[0]?.delaySeconds).toBeGreaterThanOrEqual(delay + 0.5);
  });

  test('orders are Failed when their attempts are used up', async () => {
    receiver.answer = (response) => response.socket?.resetAndDestroy();
    await lab.insert('hopeless');

    const retryPolicy = { maxAttempts: 2, baseMs: 1, maxMs: 1 };
    for (const _ of [1, 2]) {
      await waitUntil('its backoff is over', () => isDue('hopeless'));
      await lab.process(['hopeless'], { processor: webhook, retryPolicy });
    }

    expect(await lab.row('hopeless')).toMatchObject({
      status: 'Failed',
      attempts: 2,
      reasonCode: 'webhook_unreachable',
    });
  });

  test('a slow webhook for one order does not delay the others', async () => {
    receiver.answer = (response) => receiver.requests.at(-1)?.body.includes('"slow"') || response.end();
    await lab.insert('slow', 'swift');

    // Long enough for the swift one on a busy machine.
    const processor = webhookProcessor({ url: receiver.url, signingKeys: [KEY], timeoutMs: 2_000 });
    await lab.process(['slow', 'swift'], { processor });

    expect(await lab.row('slow')).toMatchObject({ status: 'Pending', reasonCode: 'webhook_timeout' });
    expect(await lab.row('swift')).toMatchObject({ status: 'Completed' });
  });

  test('webhook orders leave no trace of the key in the log or the rows', async () => {
    receiver.answer = answerWith(500);
    await lab.insert('discreet');
    await lab.process(['discreet'], { processor: webhook });

    const rows = await lab.psql.rows('SELECT o.*, h.* FROM orders o JOIN order_history h USING (order_id)');
    const traces = JSON.stringify([rows, lab.logger.entries]);
    expect(traces).toContain('webhook_500');
    expect(traces).not.toContain(KEY.toString('base64'));
    expect(traces).not.toContain(receiver.url);
  });
});

describe('the worker', () => {
  let connected: Connections | undefined;

  /** Without a queue: what cannot be sent is the sweep's. */
  const start = (env: NodeJS.ProcessEnv): Worker => {
    connected = connect({
      DATABASE_URL: lab.url,
      QUEUE_URL: 'http://127.0.0.1:9/orders',
      AWS_REGION: 'us-east-1',
      LOG_LEVEL: 'ERROR',
      ...env,
    });
    return createWorker(connected);
  };
  const invocation = () => ({ remainingMs: countdown(30_000), actor: 'worker' });

  afterEach(() => connected?.close());

  test('the runtime processes with the module in PROCESSOR', async () => {
    process.env.BANK_URL = receiver.url;
    receiver.answer = answerWith(402);
    await lab.insert('declined');
    const { processOrders } = start({ PROCESSOR: './test/processors/modules/charge-card.ts' });

    expect(await processOrders([{ key: 'declined' }], invocation())).toEqual(new Set(['declined']));

    expect(await lab.row('declined')).toMatchObject({ status: 'Failed', reasonCode: 'card_declined' });
    delete process.env.BANK_URL;
  });

  test('the runtime loads its processor with the next batch if it could not be loaded before', async () => {
    const secretsManager = await forThisTest(startReceiver());
    secretsManager.answer = answerWith(400);
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    });
    await lab.insert('patient');
    const { processOrders } = start({
      PROCESSOR: 'webhook',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook-AbCdEf',
    });
    await expect(processOrders([{ key: 'patient' }], invocation())).rejects.toThrow(ConfigError);

    secretsManager.answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ SecretString: `whsec_${KEY.toString('base64')}` }));
    };

    expect(await processOrders([{ key: 'patient' }], invocation())).toEqual(new Set(['patient']));
    expect(await lab.row('patient')).toMatchObject({ status: 'Completed' });
  });

  test('the runtime changes no order if the processor cannot be loaded, and everything else works', async () => {
    await lab.insert('untouched');
    const { processOrders } = start({ PROCESSOR: './test/processors/modules/throws.ts' });

    await expect(processOrders([{ key: 'untouched' }], invocation())).rejects.toThrow(ConfigError);

    expect(await lab.row('untouched')).toMatchObject({ status: 'Pending', token: 0, attempts: 0 });
    const { readOrder } = createApi(connected as Connections);
    expect(await readOrder('untouched', null)).toMatchObject({ orderId: 'untouched' });
  });
});
