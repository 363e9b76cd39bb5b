import { describe, expect, test } from '@jest/globals';
import { signWebhook } from '../../lib/processors/standard-webhooks.ts';

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

  test('the signature of the published test vector is correct', () => {
    expect(signWebhook(id, new Date(timestamp * 1_000), body, [key])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  test('the webhook timestamp is in whole seconds', () => {
    expect(signWebhook(id, new Date(timestamp * 1_000 + 999), body, [key])).toMatchObject({
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  test('two signing keys give two signatures, separated by a space', () => {
    const sentAt = new Date(timestamp * 1_000);
    const other = signWebhook(id, sentAt, body, [OTHER_KEY])['webhook-signature'];

    expect(other).not.toBe(signature);
    expect(signWebhook(id, sentAt, body, [OTHER_KEY, key])['webhook-signature']).toBe(`${other} ${signature}`);
  });
});
