import { newOrderSchema } from '../orders/order-schema.ts';
import { runtime } from '../runtime.ts';
import type { Answer } from './handler.ts';
import { HttpError, untranslatable, validationError } from './http-error.ts';
import { validate } from './validate.ts';

/** Fields of an order whose digits must be read exactly. */
export const MONEY: ReadonlySet<string> = new Set(['total_amount']);

/** Seconds. A backlog that is too old takes a while; asking sooner would find the same look at it (lib/orders/admission.ts). */
const TURNED_AWAY_SECONDS = 10;

/**
 * Creates one order of a body that readJson has read with MONEY, and answers what POST /orders does.
 * @throws HttpError for every refusal.
 */
export async function acceptOrder(body: unknown, owner: string, idempotencyKey: string | null): Promise<Answer> {
  const order = validate(newOrderSchema, body);
  const outcome = await runtime().createOrder(order, { owner, idempotencyKey });
  switch (outcome) {
    case 'created':
    case 'replayed':
      return {
        statusCode: 202,
        headers: outcome === 'replayed' ? { 'idempotency-replayed': 'true' } : {},
        body: {
          status_code: 202,
          message: `Order successfully processed. Please check status for order id: ${order.orderId}`,
        },
      };
    case 'duplicate':
      throw new HttpError(400, `Order with order_id ${order.orderId} already exists.`);
    case 'key-reused':
      throw new HttpError(422, 'This Idempotency-Key was used for another order');
    case 'untranslatable':
      throw untranslatable();
    case 'refused':
      throw validationError([{ path: '', message: 'has a value that cannot be stored' }]);
    case 'turned-away':
      throw new HttpError(503, 'Too many orders are waiting. Please try again later.', {
        headers: { 'retry-after': String(TURNED_AWAY_SECONDS) },
      });
  }
}
