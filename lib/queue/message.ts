/** The body of a message: JSON in ASCII, because SQS refuses or replaces some characters (U+FFFF and others). */
export function encodeMessage(orderId: string): string {
  return JSON.stringify({ order_id: orderId }).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The order id of a message body, or undefined when the body is none of ours. Text that Postgres cannot hold is no order's
 * id, and would have it refuse the claim of the whole batch.
 */
export function decodeMessage(body: string): string | undefined {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message !== 'object' || message === null || !('order_id' in message)) return undefined;
    const { order_id: orderId } = message;
    return typeof orderId === 'string' && orderId.isWellFormed() && !orderId.includes('\0') ? orderId : undefined;
  } catch {
    return undefined;
  }
}
