import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { isStorable } from '../order-key.ts';
import { callerOf, namesAnotherOwner } from './caller.ts';
import { HttpError, validationError } from './http-error.ts';
import { namesGivenTwice, readQuery } from './read-query.ts';

/** The order that a request is about. */
export interface AskedOrder {
  readonly orderId: string;
  /** Whose it has to be; null for anyone's, as long as only one owner has an order with this id. */
  readonly owner: string | null;
}

const owner = z.string('must be an owner').optional();
const ownerQuery = z.object({ owner });
/** Accepts any text, because imported orders keep their ids. */
const orderIdQuery = z.object({ order_id: z.string('must be an order id'), owner });

/**
 * The order in a request's path or, on routes without it in the path, in the query. The rules are looser than those for
 * new orders, because imported orders keep their ids.
 * @throws HttpError 404 for a NUL or a lone surrogate: Postgres cannot store them, so no order has such a name; and for another
 * owner's order. 400 for a query that does not have exactly one id.
 * @param others further parameters of the route, which are in the query if the id is
 */
export function orderOf(event: APIGatewayProxyEventV2, others: z.ZodRawShape = {}): AskedOrder {
  const inPath = event.pathParameters?.order_id;
  const asked: Asked = inPath === undefined ? readQuery(event, orderIdQuery.extend(others)) : ownerInQuery(event);
  const orderId = inPath ?? asked.order_id ?? '';
  const caller = callerOf(event);
  if (namesAnotherOwner(caller, asked.owner) || !isStorable(orderId) || !isStorable(asked.owner ?? ''))
    throw new HttpError('order_not_found', 'Order not found');
  return { orderId, owner: caller.seesAll ? (asked.owner ?? null) : caller.owner };
}

/**
 * The same for a request that changes the order.
 * @throws HttpError 400 also for other query parameters: the caller may rely on one to prevent the change.
 */
export function orderToChange(event: APIGatewayProxyEventV2, others: z.ZodRawShape = {}): AskedOrder {
  if (event.pathParameters?.order_id !== undefined) readQuery(event, ownerQuery);
  return orderOf(event, others);
}

interface Asked {
  readonly order_id?: string | undefined;
  readonly owner?: string | undefined;
}

/** Other query parameters of a request that only reads are ignored, as they have always been. */
function ownerInQuery(event: APIGatewayProxyEventV2): Asked {
  if (namesGivenTwice(event).includes('owner'))
    throw validationError([{ path: 'owner', message: 'must be given once' }]);
  return { owner: event.queryStringParameters?.owner };
}
