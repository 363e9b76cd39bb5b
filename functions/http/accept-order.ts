import type { Caller } from '../../lib/http/caller.ts';
import { HttpError, untranslatable, validationError } from '../../lib/http/http-error.ts';
import { newOrderSchema } from '../../lib/http/new-order.ts';
import type { HttpResponse } from '../../lib/http/response.ts';
import { validate } from '../../lib/http/validate.ts';
import { api } from '../../lib/runtime/api.ts';

/** The fields of an order whose digits must be kept exactly. */
export const MONEY: ReadonlySet<string> = new Set(['total_amount', 'unit_price']);

/** Seconds. A backlog takes time to drain, and an earlier retry would get the same cached result (lib/orders/admission.ts). */
const TURNED_AWAY_SECONDS = 10;

/**
 * Creates one order from a body that readJson has parsed with MONEY, and returns the response of POST /orders.
 * @throws HttpError if the order is not accepted
 */
export async function acceptOrder(
  body: unknown,
  { owner, actor }: Caller,
  idempotencyKey: string | null,
): Promise<HttpResponse> {
  const order = validate(newOrderSchema, body);
  const outcome = await api().createOrder(order, { owner, actor, idempotencyKey });
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
      throw new HttpError('order_exists', `Order with order_id ${order.orderId} already exists.`);
    case 'key-reused':
      throw new HttpError('idempotency_key_reused', 'This Idempotency-Key was already used for another order.');
    case 'untranslatable':
      throw untranslatable();
    case 'refused':
      throw validationError([{ path: '', message: 'contains a value that cannot be stored' }]);
    case 'owner-turned-away':
      throw new HttpError('too_many_of_owner_waiting', 'Too many of your orders are waiting. Retry later.', {
        headers: { 'retry-after': String(TURNED_AWAY_SECONDS) },
      });
    case 'turned-away':
      throw new HttpError('too_many_waiting', 'Too many orders are waiting. Retry later.', {
        headers: { 'retry-after': String(TURNED_AWAY_SECONDS) },
      });
  }
}
