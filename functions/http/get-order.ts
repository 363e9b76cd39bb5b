import { withEtag } from '../../lib/http/etag.ts';
import { HttpError } from '../../lib/http/http-error.ts';
import { orderOf } from '../../lib/http/order-id.ts';
import { presentWithSteps } from '../../lib/http/present-order.ts';
import { wait, waitOf } from '../../lib/http/wait-request.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /orders/{order_id}, GET /order?order_id= */
export const handler = httpHandler(async (event, context) => {
  const { orderId, owner } = orderOf(event, { wait });
  const order = await api().readOrder(orderId, owner, waitOf(event, context));
  if (!order) throw new HttpError('order_not_found', 'Order not found');
  return withEtag(event, presentWithSteps(event, order));
});
