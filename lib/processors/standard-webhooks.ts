import { createHmac } from 'node:crypto';

/**
 * Signing as Standard Webhooks 1.0.0 defines it ("Signature scheme", "Webhook headers"). By hand, because it is one
 * HMAC that Node has natively: the package `standardwebhooks` would add two libraries that do it in JavaScript.
 */

/** What a receiver verifies by, with a library of standardwebhooks.com or by hand. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * @param id without a full stop, which separates the parts that are signed
 * @param sentAt when this try is made; receivers refuse what is some minutes old, as a replay
 * @param body exactly as it is sent
 * @param keys one, or also the old one while a secret is replaced: a receiver accepts whichever it knows
 */
export function signWebhook(id: string, sentAt: Date, body: string, keys: readonly Buffer[]): SignatureHeaders {
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const sign = (key: Buffer) => createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => `v1,${sign(key)}`).join(' '),
  };
}
