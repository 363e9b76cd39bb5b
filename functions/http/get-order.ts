import { HttpError } from '../../lib/http/http-error.ts';
import { orderOf } from '../../lib/http/order-id.ts';
import { presentWithSteps } from '../../lib/http/present-order.ts';
import { withEtag } from '../../lib/http/with-etag.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /orders/{order_id}, GET /order?order_id= */
export const handler = httpHandler(async (event) => {
  const { orderId, owner } = orderOf(event);
  const order = await api().readOrder(orderId, owner);
  if (!order) throw new HttpError('order_not_found', 'Order not found');
  return withEtag(event, presentWithSteps(event, order));
});
