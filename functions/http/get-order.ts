import { httpHandler } from '../../lib/http/handler.ts';
import { HttpError } from '../../lib/http/http-error.ts';
import { presentOrder } from '../../lib/http/present-order.ts';
import { runtime } from '../../lib/runtime.ts';

/** GET /orders/{order_id} */
export const handler = httpHandler(async (event) => {
  const orderId = event.pathParameters?.order_id ?? '';
  // Postgres text holds no NUL, so no order can have such an id.
  const order = orderId.includes('\0') ? undefined : await runtime().readOrder(orderId);
  if (!order) throw new HttpError(404, 'Order not found');
  return { statusCode: 200, body: presentOrder(order) };
});
