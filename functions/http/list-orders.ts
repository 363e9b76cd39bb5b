import { ownerFilterOf } from '../../lib/http/caller.ts';
import { encodeCursor } from '../../lib/http/cursor.ts';
import { listSchema } from '../../lib/http/list-request.ts';
import { presentOrder } from '../../lib/http/present-order.ts';
import { readQuery } from '../../lib/http/read-query.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /orders?status=&reason_code=&user_id=&customer_ref=&metadata[key]=&updated_from=&created_from=&created_to=&limit=&cursor= */
export const handler = httpHandler(async (event) => {
  const query = readQuery(event, listSchema, ['metadata']);
  const filter = {
    userId: query.user_id,
    status: query.status,
    idPrefix: query.order_id_prefix,
    reasonCode: query.reason_code,
    owner: ownerFilterOf(event, query.owner),
    customerRef: query.customer_ref,
    metadata: query.metadata,
    updatedFrom: query.updated_from,
    createdFrom: query.created_from,
    createdTo: query.created_to,
  };
  const { orders, next } = await api().listOrders(filter, query.cursor ?? null, query.limit);
  const presented = orders.map((order) => presentOrder(event, order));
  return { statusCode: 200, body: { orders: presented, next_cursor: next && encodeCursor(next) } };
});
