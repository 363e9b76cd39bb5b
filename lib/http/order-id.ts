import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { HttpError, validationError } from './http-error.ts';
import { readQuery, refuseQuery } from './read-query.ts';

/** Any text: imported orders keep their ids. */
const orderIdQuery = z.object({ order_id: z.string('must be the id of the order') });

/**
 * The order id in a request's path or, on the routes without one there, in its query. Looser than what a new order may be
 * called, since imported orders keep their ids.
 * @throws HttpError 404 for a NUL or a lone surrogate: Postgres text holds none, so no order can have such an id. 400 for a
 * query without exactly one id.
 */
export function orderIdOf(event: APIGatewayProxyEventV2): string {
  const orderId = event.pathParameters?.order_id ?? orderIdInQuery(event);
  if (orderId.includes('\0') || !orderId.isWellFormed()) throw new HttpError(404, 'Order not found');
  return orderId;
}

/**
 * The same for a request that changes the order.
 * @throws HttpError 400 also for other query parameters: what they say may be what keeps it from being done.
 */
export function orderIdToChange(event: APIGatewayProxyEventV2): string {
  if (event.pathParameters?.order_id !== undefined) refuseQuery(event);
  return orderIdOf(event);
}

function orderIdInQuery(event: APIGatewayProxyEventV2): string {
  const { order_id: orderId } = readQuery(event, orderIdQuery);
  // API Gateway joins two of them with a comma, which may be the id of a third order.
  if (new URLSearchParams(event.rawQueryString).getAll('order_id').length > 1)
    throw validationError([{ path: 'order_id', message: 'must be given once' }]);
  return orderId;
}
