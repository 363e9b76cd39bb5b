import { describe, expect, test } from '@jest/globals';
import { signWebhook, webhookId } from '../../lib/processors/standard-webhooks.ts';

/** The vector of the reference libraries (github.com/standard-webhooks/standard-webhooks, "sign function works"). */
const PUBLISHED = {
  key: Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'),
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const OTHER_KEY = Buffer.alloc(32, 7);

describe('signing a webhook', () => {
  const { key, id, timestamp, body, signature } = PUBLISHED;

  test('gives the signature of the published vector', () => {
    expect(signWebhook(id, new Date(timestamp * 1_000), body, [key])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  test('its timestamp is in whole seconds', () => {
    expect(signWebhook(id, new Date(timestamp * 1_000 + 999), body, [key])).toMatchObject({
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  test('two keys give two signatures with a space between', () => {
    const sentAt = new Date(timestamp * 1_000);
    const other = signWebhook(id, sentAt, body, [OTHER_KEY])['webhook-signature'];

    expect(other).not.toBe(signature);
    expect(signWebhook(id, sentAt, body, [OTHER_KEY, key])['webhook-signature']).toBe(`${other} ${signature}`);
  });
});

describe('the id of a webhook', () => {
  test.each(['order-1', 'a.b.c', 'Zoë 🛒', `${'x'.repeat(254)}\u2028`])(
    'of %j fits a header and has no full stop',
    (orderId) => {
      expect(webhookId('order.created', orderId)).toMatch(/^msg_[\w-]{43}$/);
    },
  );

  test('is the same each time, and another for another order or another event', () => {
    const id = webhookId('order.created', 'order-1');

    expect(webhookId('order.created', 'order-1')).toBe(id);
    expect(webhookId('order.created', 'order-2')).not.toBe(id);
    expect(webhookId('order.cancelled', 'order-1')).not.toBe(id);
  });
});
