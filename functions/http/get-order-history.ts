import { HttpError } from '../../lib/http/http-error.ts';
import { orderOf } from '../../lib/http/order-id.ts';
import { presentReason } from '../../lib/http/present-order.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /orders/{order_id}/history, GET /order/history?order_id= */
export const handler = httpHandler(async (event) => {
  const { orderId, owner } = orderOf(event);
  const entries = await api().readHistory(orderId, owner);
  if (entries.length === 0) throw new HttpError('order_not_found', 'Order not found');
  return {
    statusCode: 200,
    body: {
      order_id: orderId,
      history: entries.map(({ at, from, to, attempt, reasonCode, reason, actor }) => ({
        at: at.toISOString(),
        from,
        to,
        attempt,
        reason_code: reasonCode,
        reason: presentReason(event, { reasonCode, reason }),
        actor,
      })),
    },
  };
});
