import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { HttpError, validationError } from './http-error.ts';
import { readQuery, refuseQuery } from './read-query.ts';

/** Accepts any text, because imported orders keep their ids. */
const orderIdQuery = z.object({ order_id: z.string('must be an order id') });

/**
 * The order id in a request's path or, on routes without it in the path, in the query. The rules are looser than those for
 * new orders, because imported orders keep their ids.
 * @throws HttpError 404 for a NUL or a lone surrogate: Postgres cannot store them, so no order has such an id. 400 for a
 * query that does not have exactly one id.
 */
export function orderIdOf(event: APIGatewayProxyEventV2): string {
  const orderId = event.pathParameters?.order_id ?? orderIdInQuery(event);
  if (orderId.includes('\0') || !orderId.isWellFormed()) throw new HttpError('order_not_found', 'Order not found');
  return orderId;
}

/**
 * The same for a request that changes the order.
 * @throws HttpError 400 also for other query parameters: the caller may rely on one to prevent the change.
 */
export function orderIdToChange(event: APIGatewayProxyEventV2): string {
  if (event.pathParameters?.order_id !== undefined) refuseQuery(event);
  return orderIdOf(event);
}

function orderIdInQuery(event: APIGatewayProxyEventV2): string {
  const { order_id: orderId } = readQuery(event, orderIdQuery);
  // API Gateway joins two values with a comma, and the result may be the id of a third order.
  if (new URLSearchParams(event.rawQueryString).getAll('order_id').length > 1)
    throw validationError([{ path: 'order_id', message: 'must be given once' }]);
  return orderId;
}
