import { createHmac } from 'node:crypto';

/**
 * Signing as in Standard Webhooks 1.0.0 ("Signature scheme", "Webhook headers"). Implemented here, because it is one
 * HMAC that Node provides: the package `standardwebhooks` would add two libraries that do it in JavaScript.
 */

/** The headers that a receiver verifies, with a library of standardwebhooks.com or its own code. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * @param id without a full stop, which separates the signed parts
 * @param sentAt the time of this attempt; receivers reject requests that are some minutes old as replays
 * @param body exactly as it is sent
 * @param keys one, or two while a secret is replaced: a receiver accepts the one that it knows
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
