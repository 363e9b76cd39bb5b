import { z } from 'zod';

/** Orders of one request: as many as share one commit (lib/orders/create-order.ts). */
const MAX_ORDERS = 100;
const RULE = `must be a list of 1 to ${MAX_ORDERS} orders`;

/** A batch of whatever is an order. */
export const batchOf = <Order extends z.ZodType>(order: Order) =>
  z.strictObject(
    { orders: z.array(order, RULE).min(1, RULE).max(MAX_ORDERS, RULE) },
    'must be a JSON object with a list "orders"',
  );

/** The body of POST /orders/batch. Each order is looked at on its own, so that a wrong one refuses no other. */
export const batchSchema = batchOf(z.unknown());
