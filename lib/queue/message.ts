/** The body of a message: JSON in ASCII, because SQS refuses or replaces some characters (U+FFFF and others). */
export function encodeMessage(orderId: string): string {
  return JSON.stringify({ order_id: orderId }).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The order id of a message body, or undefined when the body is none of ours. */
export function decodeMessage(body: string): string | undefined {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message !== 'object' || message === null || !('order_id' in message)) return undefined;
    return typeof message.order_id === 'string' ? message.order_id : undefined;
  } catch {
    return undefined;
  }
}
