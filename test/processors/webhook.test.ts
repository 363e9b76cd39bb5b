import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PermanentFailure, type ProcessorOrder, TransientFailure } from '../../lib/processors/processor.ts';
import { type WebhookOptions, webhookProcessor } from '../../lib/processors/webhook.ts';
import { anAttempt, NO_DETAILS } from '../support/attempt.ts';
import { type Certificate, selfSignedCertificate } from '../support/certificate.ts';
import { waitUntil } from '../support/wait-until.ts';
import { answerWith, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';

const KEY = Buffer.alloc(24, 'k');
const ORDER: ProcessorOrder = {
  orderId: 'shop.7/Zoë',
  userId: 7,
  itemIds: [1, 2],
  totalAmount: '12345678901.10',
  ...NO_DETAILS,
  createdAt: new Date('2026-11-01T12:00:00.123Z'),
};

/** Milliseconds. Longer than a test may take, so that none passes by waiting for it. */
const PATIENT = 120_000;

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.close());

function post(options: Partial<WebhookOptions> = {}, context = anAttempt(ORDER.orderId)) {
  return webhookProcessor({ url: receiver.url, signingKeys: [KEY], timeoutMs: PATIENT, ...options })(ORDER, context);
}

/** What the processor threw; fails when it did not. */
async function failure(processing: Promise<void>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([processing]);
  if (outcome.status === 'fulfilled') throw new Error('the processor completed the order');
  return outcome.reason;
}

/** As the specification tells receivers to, from what came over the wire. */
function expectedSignature({ headers, body }: ReceivedRequest): string {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`;
}

describe('posting an order', () => {
  test('the webhook sends an order as an event of Standard Webhooks in JSON', async () => {
    await post();

    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/orders', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'order.created',
      timestamp: '2026-11-01T12:00:00.123Z',
      data: { order_id: 'shop.7/Zoë', user_id: 7, item_ids: [1, 2], total_amount: '12345678901.10' },
    });
  });

  test('the webhook sends the details of an order that has any', async () => {
    const items = [{ sku: 'MUG', quantity: 2, unitPrice: '4.750', metadata: { colour: 'blue' } }];
    const details = { currency: 'EUR', customerRef: 'customer 17', metadata: { channel: 'web' }, items };
    const processor = webhookProcessor({ url: receiver.url, signingKeys: [KEY], timeoutMs: PATIENT });
    await processor({ ...ORDER, ...details }, anAttempt(ORDER.orderId));

    expect(JSON.parse(receiver.requests[0]?.body ?? '').data).toEqual({
      order_id: 'shop.7/Zoë',
      user_id: 7,
      item_ids: [1, 2],
      total_amount: '12345678901.10',
      currency: 'EUR',
      customer_ref: 'customer 17',
      metadata: { channel: 'web' },
      items: [{ sku: 'MUG', quantity: 2, unit_price: '4.750', metadata: { colour: 'blue' } }],
    });
  });

  test('the webhook signs exactly what it sends, with the time at which it sends it', async () => {
    const before = Math.floor(Date.now() / 1_000);
    await post();

    const [request] = receiver.requests as [ReceivedRequest];
    expect(request.headers['webhook-signature']).toBe(expectedSignature(request));
    const timestamp = Number(request.headers['webhook-timestamp']);
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
  });

  test('every attempt with the same idempotency key has the same id and body; another key gives another id', async () => {
    await post({}, anAttempt(ORDER.orderId, { attempt: 1 }));
    await post({}, anAttempt(ORDER.orderId, { attempt: 2 }));
    await post({}, anAttempt(ORDER.orderId, { idempotencyKey: 'of-another-run' }));

    const [first, second, other] = receiver.requests;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(other?.headers['webhook-id']).toBe('msg_of-another-run');
  });

  test('the webhook keeps no connection', async () => {
    await post();

    expect(receiver.requests[0]?.headers.connection).toBe('close');
    await waitUntil('the connection is closed', () => receiver.connections === 0);
  });
});

describe('the response decides', () => {
  test.each([200, 201, 202, 204])('a response of %i completes the order', async (status) => {
    receiver.answer = answerWith(status);

    await expect(post()).resolves.toBeUndefined();
  });

  test.each([400, 401, 403, 404, 409, 410, 422, 451])(
    'a response of %i fails the order permanently',
    async (status) => {
      receiver.answer = answerWith(status, { 'retry-after': '5' });

      const error = await failure(post());

      expect(error).toBeInstanceOf(PermanentFailure);
      expect(error).toMatchObject({ code: `webhook_${status}`, message: `The receiver responded with ${status}` });
    },
  );

  test.each([408, 425, 429, 500, 502, 503, 504, 599])('a response of %i schedules a retry', async (status) => {
    receiver.answer = answerWith(status);

    const error = await failure(post());

    expect(error).toBeInstanceOf(TransientFailure);
    expect(error).toMatchObject({ code: `webhook_${status}`, retryAfterSeconds: 0 });
  });

  test.each([300, 301, 302, 303, 304, 307, 308])(
    'a response of %i fails the order permanently, and its target gets no request',
    async (status) => {
      const target = await startReceiver();
      receiver.answer = answerWith(status, { location: target.url });
      try {
        const error = await failure(post());

        expect(error).toBeInstanceOf(PermanentFailure);
        expect(error).toMatchObject({ code: 'webhook_redirect' });
        expect(receiver.requests).toHaveLength(1);
        expect(target.requests).toEqual([]);
      } finally {
        await target.close();
      }
    },
  );

  test.each([
    ['seconds', '120', 120],
    ['nonsense', 'soon', 0],
    ['a negative number', '-5', 0],
    ['a date in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ])('Retry-After is used in %s', async (_, value, seconds) => {
    receiver.answer = answerWith(503, { 'retry-after': value });

    expect(await failure(post())).toMatchObject({ code: 'webhook_503', retryAfterSeconds: seconds });
  });

  test('Retry-After as a date is the time until then', async () => {
    receiver.answer = answerWith(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });

    const { retryAfterSeconds } = (await failure(post())) as TransientFailure;

    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  });
});

describe('without a response', () => {
  test('a receiver that is too slow is a transient failure, and its connection is closed', async () => {
    receiver.answer = () => {};

    const error = await failure(post({ timeoutMs: 200 }));

    expect(error).toBeInstanceOf(TransientFailure);
    expect(error).toMatchObject({ code: 'webhook_timeout', message: 'The receiver did not respond within 200 ms' });
    await waitUntil('the connection is closed', () => receiver.connections === 0);
  });

  test('the end of the invocation is not a failure of the receiver', async () => {
    const invocation = new AbortController();
    receiver.answer = () => invocation.abort(new Error('out of time'));

    expect(await failure(post({}, anAttempt(ORDER.orderId, { signal: invocation.signal })))).toMatchObject({
      message: 'out of time',
    });
  });

  test('a refused connection is a transient failure', async () => {
    const nobody = await startReceiver();
    await nobody.close();

    const error = await failure(post({ url: nobody.url }));

    expect(error).toBeInstanceOf(TransientFailure);
    expect(error).toMatchObject({
      code: 'webhook_unreachable',
      message: 'The receiver could not be reached (ECONNREFUSED)',
    });
  });

  test('a broken connection is a transient failure', async () => {
    receiver.answer = (response) => response.socket?.resetAndDestroy();

    expect(await failure(post())).toMatchObject({ code: 'webhook_unreachable' });
  });

  test('a response that is not HTTP is a transient failure', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    try {
      expect(await failure(post({ url: `http://127.0.0.1:${address.port}/` }))).toMatchObject({
        code: 'webhook_unreachable',
      });
    } finally {
      server.close();
    }
  });
});

describe('the body of a response', () => {
  test('a huge response body is not read to its end', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(65_536);
    receiver.answer = (response) => {
      const pour = (): void => {
        sent += chunk.length;
        response.write(chunk, (error) => error ?? pour());
      };
      pour();
    };

    await post();

    await waitUntil('the connection is closed', () => receiver.connections === 0);
    // What fits into the buffers on both sides; within the time that a slow one is given it would be hundreds of megabytes.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test('a response body that does not arrive is not waited for: the status decides', async () => {
    receiver.answer = (response) => response.writeHead(200).write('{');

    await expect(post()).resolves.toBeUndefined();
    await waitUntil('the connection is closed', () => receiver.connections === 0);
  });

  test('a response body that breaks off changes nothing', async () => {
    receiver.answer = (response) => {
      response.writeHead(410, { 'content-length': '100' }).write('half', () => response.socket?.resetAndDestroy());
    };

    expect(await failure(post())).toMatchObject({ code: 'webhook_410' });
  });

  test('a failure contains neither the response body nor the URL or the key', async () => {
    receiver.answer = (response) => response.writeHead(500, 'nosy status').end('nosy body');

    const error = (await failure(post({ url: `${receiver.url}?token=nosy` }))) as Error;

    expect(error.message).toBe('The receiver responded with 500');
    expect(error.cause).toBeUndefined();
  });
});

describe('over TLS', () => {
  let secure: Receiver;
  let certificate: Certificate;

  beforeEach(async () => {
    certificate = await selfSignedCertificate();
    secure = await startReceiver(certificate);
  });

  afterEach(() => secure.close());

  test('a receiver with an untrusted certificate gets no order', async () => {
    const error = await failure(post({ url: secure.url }));

    expect(error).toMatchObject({ code: 'webhook_unreachable', message: expect.stringContaining('SELF_SIGNED_CERT') });
    expect(secure.requests).toEqual([]);
  });

  test('a receiver with a certificate that this machine trusts gets the order', async () => {
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, certificate.cert]);
    try {
      await post({ url: secure.url });
    } finally {
      setDefaultCACertificates(trusted);
    }

    const [request] = secure.requests as [ReceivedRequest];
    expect(request.headers['webhook-signature']).toBe(expectedSignature(request));
  });
});
