import type { CreateOutcome } from '../../lib/orders/create-order.ts';
import type { NewOrder } from '../../lib/orders/order.ts';

/** One POST. */
export interface Request {
  readonly order: NewOrder;
  readonly idempotencyKey: string | null;
  /** Undefined while there is no answer, and for ever when the container crashed. */
  answer?: CreateOutcome | 'error';
}

/** An order as it is kept, as far as clients are told of it. */
export interface KeptOrder {
  readonly orderId: string;
  readonly userId: number;
  readonly totalAmount: string;
  readonly idempotencyKey: string | null;
  readonly status: string;
  readonly redrives: number;
}

export const KEPT_ORDERS = `
  SELECT order_id AS "orderId", user_id AS "userId", total_amount::text AS "totalAmount",
         idempotency_key AS "idempotencyKey", status, redrives
  FROM orders`;

export function orderIdOf(place: number): string {
  return `order-${place}`;
}

/** Two bodies for each id, so that a request may be another's repetition or its rival. */
export function bodyOf(place: number, variant: number): NewOrder {
  return { orderId: orderIdOf(place), userId: 7 + variant, itemIds: [1, 2], totalAmount: variant === 0 ? '9.5' : '12' };
}

/** Every response that contradicts the orders, in words. */
export function findBrokenAnswers(requests: readonly Request[], orders: readonly KeptOrder[]): string[] {
  return requests.flatMap((request) => {
    const problem = problemWith(request, requests, orders);
    return problem === undefined ? [] : [`${request.order.orderId} got ${request.answer}, but ${problem}`];
  });
}

function problemWith(request: Request, requests: readonly Request[], orders: readonly KeptOrder[]): string | undefined {
  const { order, idempotencyKey: key } = request;
  const kept = orders.find(({ orderId }) => orderId === order.orderId);
  const ofKey = orders.find(({ idempotencyKey }) => key !== null && idempotencyKey === key);
  switch (request.answer) {
    case 'created': {
      if (!kept) return 'is not there';
      if (!isSame(kept, request)) return 'is another one';
      return requests.some((other) => other !== request && other.answer === 'created' && isRival(other, request))
        ? 'so was another request'
        : undefined;
    }
    case 'replayed':
      return ofKey && hasValues(ofKey, order) ? undefined : 'no such order has its key';
    case 'key-reused':
      return ofKey && !hasValues(ofKey, order) ? undefined : 'its key is not another request’s';
    case 'duplicate':
      if (!kept) return 'there is no order of that id';
      return requests.some((other) => other !== request && mayHaveCreated(other) && isSame(kept, other))
        ? undefined
        : 'no other request can have created it';
    case 'refused':
      return 'there is nothing wrong with it';
    default:
      return undefined;
  }
}

/** Orders that no request created, as far as answers tell. */
export function findForeignOrders(requests: readonly Request[], orders: readonly KeptOrder[]): string[] {
  return orders
    .filter((kept) => !requests.some((request) => mayHaveCreated(request) && isSame(kept, request)))
    .map(({ orderId }) => `${orderId} was created, but no request was told so`);
}

function mayHaveCreated({ answer }: Request): boolean {
  return answer === 'created' || answer === 'error' || answer === undefined;
}

function isRival(other: Request, request: Request): boolean {
  return other.order.orderId === request.order.orderId;
}

function isSame(kept: KeptOrder, { order, idempotencyKey }: Request): boolean {
  return hasValues(kept, order) && kept.idempotencyKey === idempotencyKey;
}

function hasValues(kept: KeptOrder, order: NewOrder): boolean {
  return kept.orderId === order.orderId && kept.userId === order.userId && kept.totalAmount === order.totalAmount;
}
