import { redriveSchema } from '../../lib/http/bulk-requests.ts';
import { callerOf, ownerFilterOf } from '../../lib/http/caller.ts';
import { readBody } from '../../lib/http/read-json.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { orderKey, parseKey } from '../../lib/order-key.ts';
import { WITHOUT_CODE } from '../../lib/orders/sql/redrive-orders.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /orders/redrive */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const request = readBody(event, redriveSchema);
  const owner = ownerFilterOf(event, request.owner);
  const { redrivable, capped } = await api().redriveOrders({
    orderIds: request.order_ids ?? null,
    reasonCode: request.reason_code === null ? WITHOUT_CODE : (request.reason_code ?? null),
    owner,
    after:
      request.after === undefined
        ? null
        : orderKey({ orderId: request.after, owner: request.after_owner ?? owner ?? '' }),
    limit: request.limit,
    newRun: request.new_run,
    dryRun: request.dry_run,
    reason: request.reason,
    actor: callerOf(event).actor,
  });
  const orders = redrivable.map(parseKey);
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      message: request.dry_run ? 'These orders would be redriven.' : 'These orders were redriven.',
      data: {
        order_ids: orders.map(({ orderId }) => orderId),
        orders: orders.map(({ orderId, owner }) => ({ order_id: orderId, owner })),
        capped,
      },
    },
  };
});
