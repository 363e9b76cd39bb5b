import * as z from 'zod';

/** The most orders in one request: as many as share one commit (lib/orders/create-order.ts). */
const MAX_ORDERS = 100;
const RULE = `must be a list of 1 to ${MAX_ORDERS} orders`;

/** The schema of a batch whose orders have the given schema. */
export const batchOf = <Order extends z.ZodType>(order: Order) =>
  z.strictObject(
    { orders: z.array(order, RULE).min(1, RULE).max(MAX_ORDERS, RULE).describe('The orders to create.') },
    'must be a JSON object with a list "orders"',
  );

/** The body of POST /orders/batch. Orders are validated one by one, so that an invalid order does not reject the others. */
export const batchSchema = batchOf(z.unknown());
