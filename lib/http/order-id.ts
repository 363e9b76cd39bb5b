import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { HttpError } from './http-error.ts';

/**
 * The order id in a request's path. Looser than what a new order may be called, since imported orders keep their ids.
 * @throws HttpError 404 for a NUL or a lone surrogate: Postgres text holds none, so no order can have such an id.
 */
export function orderIdOf(event: APIGatewayProxyEventV2): string {
  const orderId = event.pathParameters?.order_id ?? '';
  if (orderId.includes('\0') || !orderId.isWellFormed()) throw new HttpError(404, 'Order not found');
  return orderId;
}
