import { z } from 'zod';
import { batchOf } from '../batch-request.ts';
import { listSchema } from '../list-request.ts';
import { newOrderSchema } from '../order-schema.ts';
import { INVALID, NO_SUCH_ORDER, ORDER_ID, REASON, retryAfter, TOO_LARGE } from './common-answers.ts';
import { failureSchema } from './failure-schemas.ts';
import type { Operation } from './operation.ts';
import { acceptedSchema, batchResultSchema, historySchema, orderPageSchema, orderSchema } from './order-schemas.ts';

const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x20-\x2b\x2d-\x7e]*$/)
  .optional()
  .meta({
    description:
      'A unique value that you choose for this order. A repeated request with the same key and order gets the first response again.',
  });

const ifNoneMatch = z
  .string()
  .optional()
  .meta({ description: 'The ETag of an earlier response. The response is 304 if the order has not changed since.' });

const etag = {
  ETag: {
    description: 'Identifies this state of the order; send it back in If-None-Match.',
    schema: z.string(),
    required: true,
  },
};

/** Operations on an order whose id is at this location. */
const linksToOrder = (where: string) => ({
  getOrder: { order_id: where },
  getOrderHistory: { order_id: where },
  cancelOrder: { order_id: where },
  redriveOrder: { order_id: where },
});

export const createOrder: Operation = {
  tag: 'Orders',
  summary: 'Create an order',
  description:
    'Once the response is 202, the order is stored and will become Completed, Failed or Cancelled, whatever crashes.',
  parameters: { header: z.object({ 'Idempotency-Key': idempotencyKey }) },
  body: { schema: newOrderSchema, required: true },
  answers: {
    202: {
      description: 'The order is stored and will be processed.',
      schema: acceptedSchema,
      headers: {
        'Idempotency-Replayed': {
          description: 'This is the response to an earlier request with this Idempotency-Key.',
          schema: z.literal('true'),
          required: false,
        },
      },
      links: linksToOrder('$request.body#/order_id'),
    },
    400: {
      description:
        'An order with this id already exists, or the request is invalid and `errors` lists the invalid fields. If the id ' +
        'exists but GET returns 404 for it, another caller uses that id.',
      schema: failureSchema,
    },
    ...TOO_LARGE,
    422: { description: 'This Idempotency-Key was already used for another order.', schema: failureSchema },
  },
};

export const createOrders: Operation = {
  tag: 'Orders',
  summary: 'Create up to 100 orders',
  description:
    'Each order gets the result that `POST /orders` would have returned, independently of the other orders. ' +
    'Idempotency-Key is not supported; it is safe to repeat the batch, because order ids are unique. If an id exists ' +
    'but GET returns 404 for it, another caller uses that id.',
  body: { schema: batchOf(newOrderSchema), required: true },
  answers: {
    207: {
      description: 'A result for each order. If Retry-After is set, some orders were not stored and can be sent again.',
      schema: batchResultSchema,
      headers: retryAfter(false),
    },
    ...INVALID,
    ...TOO_LARGE,
  },
};

export const listOrders: Operation = {
  tag: 'Orders',
  summary: 'List orders, newest first',
  description: 'Every page takes the same time, however far it is from the first.',
  parameters: { query: listSchema },
  answers: {
    200: {
      description: 'A page of orders.',
      schema: orderPageSchema,
      links: {
        listOrders: { cursor: '$response.body#/next_cursor' },
        ...linksToOrder('$response.body#/orders/0/order_id'),
      },
    },
    ...INVALID,
  },
};

export const getOrder: Operation = {
  tag: 'Orders',
  summary: 'Get an order',
  parameters: { path: ORDER_ID, header: z.object({ 'If-None-Match': ifNoneMatch }) },
  answers: {
    200: { description: 'The order.', schema: orderSchema, headers: etag },
    304: { description: 'The order has not changed.', headers: etag },
    ...NO_SUCH_ORDER,
  },
};

export const getOrderHistory: Operation = {
  tag: 'Orders',
  summary: 'Get the history of an order',
  description: 'Lists each state transition of the order, with its reason and who made it.',
  parameters: { path: ORDER_ID },
  answers: { 200: { description: 'The state transitions.', schema: historySchema }, ...NO_SUCH_ORDER },
};

export const cancelOrder: Operation = {
  tag: 'Orders',
  summary: 'Cancel a Pending order',
  parameters: { path: ORDER_ID },
  body: REASON,
  answers: {
    200: { description: 'The order, which is now Cancelled.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    409: { description: 'The order is not Pending.', schema: failureSchema },
    ...TOO_LARGE,
  },
};
