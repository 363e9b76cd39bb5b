import { httpHandler } from '../../lib/http/handler.ts';
import { HttpError, validationError } from '../../lib/http/http-error.ts';
import { readIdempotencyKey } from '../../lib/http/idempotency-key.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { validate } from '../../lib/http/validate.ts';
import { newOrderSchema } from '../../lib/orders/order-schema.ts';
import { runtime } from '../../lib/runtime.ts';

const MONEY = new Set(['total_amount']);

/** POST /orders */
export const handler = httpHandler(async (event) => {
  const order = validate(newOrderSchema, readJson(event, MONEY));
  const idempotencyKey = readIdempotencyKey(event);
  const outcome = await runtime().createOrder(order, { owner: '', idempotencyKey });
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
    case 'refused':
      throw validationError([{ path: '', message: 'has a value that cannot be stored' }]);
  }
});
