import { batchSchema } from '../../lib/http/batch-request.ts';
import { callerOf } from '../../lib/http/caller.ts';
import { validationError } from '../../lib/http/http-error.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import type { HttpResponse } from '../../lib/http/response.ts';
import { validate } from '../../lib/http/validate.ts';
import { httpHandler, responseTo } from '../../lib/runtime/http-handler.ts';
import { acceptOrder, MONEY } from './accept-order.ts';

/** POST /orders/batch: each order gets the result that POST /orders would have returned, independently of the others. */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  if (event.headers?.['idempotency-key'] !== undefined)
    throw validationError([
      {
        path: 'Idempotency-Key',
        message: 'is not supported here; it is safe to repeat the batch, because order ids are unique per owner',
      },
    ]);
  const { orders } = validate(batchSchema, readJson(event, MONEY));
  const caller = callerOf(event);
  const responses = await Promise.all(orders.map((order) => responseTo(() => acceptOrder(order, caller, null))));
  const accepted = responses.filter(({ statusCode }) => statusCode === 202).length;
  const refused = responses.length - accepted;
  return {
    statusCode: 207,
    headers: retryAfter(responses),
    body: {
      status_code: 207,
      message: `${accepted} orders accepted, ${refused} rejected`,
      data: {
        accepted,
        refused,
        results: responses.map(({ body }, index) => ({ order_id: orderIdIn(orders[index]), ...(body as object) })),
      },
    },
  };
});

/** The order id that the client sent, or null. */
function orderIdIn(order: unknown): string | null {
  const orderId = typeof order === 'object' && order !== null && 'order_id' in order ? order.order_id : null;
  return typeof orderId === 'string' ? orderId : null;
}

/** The longest Retry-After of the orders: after it, all of them can be sent again. */
function retryAfter(responses: readonly HttpResponse[]): Record<string, string> {
  const seconds = responses.map(({ headers }) => Number(headers?.['retry-after'] ?? 0));
  return Math.max(...seconds) > 0 ? { 'retry-after': String(Math.max(...seconds)) } : {};
}
