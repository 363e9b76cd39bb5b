import { type OrderKey, orderKey, parseKey } from '../order-key.ts';

/**
 * The body of a message: JSON in ASCII, because SQS rejects or replaces some characters (U+FFFF and others). It
 * contains an owner only if there is one, so that a service without authentication sends the same bodies as before.
 */
export function encodeMessage(key: OrderKey): string {
  const { orderId, owner } = parseKey(key);
  return JSON.stringify({ order_id: orderId, ...(owner !== '' && { owner }) }).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The order that a message body names, or undefined if the body was not sent by this service. Text that Postgres cannot
 * store is not an order id, and would make it reject the claim of the whole batch.
 */
export function decodeMessage(body: string): OrderKey | undefined {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message !== 'object' || message === null || !('order_id' in message)) return undefined;
    const { order_id: orderId } = message;
    const owner = 'owner' in message ? message.owner : '';
    return isStorable(orderId) && isStorable(owner) ? orderKey({ orderId, owner }) : undefined;
  } catch {
    return undefined;
  }
}

function isStorable(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}
