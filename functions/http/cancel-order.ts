import { callerOf } from '../../lib/http/caller.ts';
import { HttpError } from '../../lib/http/http-error.ts';
import { orderToChange } from '../../lib/http/order-id.ts';
import { presentOrder } from '../../lib/http/present-order.ts';
import { readReason } from '../../lib/http/reason-request.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /orders/{order_id}/cancel, POST /order/cancel?order_id= */
export const handler = httpHandler(async (event) => {
  const { orderId, owner } = orderToChange(event);
  const reason = readReason(event) ?? 'cancelled over HTTP';
  const { actor } = callerOf(event);
  const outcome = await api().cancelOrder(orderId, owner, { actor, reason });
  if (!outcome) throw new HttpError('order_not_found', 'Order not found');
  if ('status' in outcome)
    throw new HttpError(
      'wrong_status',
      `The order is ${outcome.status}. Only a Pending, Waiting or Processing order can be cancelled.`,
    );
  return { statusCode: outcome.order.status === 'Cancelled' ? 200 : 202, body: presentOrder(event, outcome.order) };
});
