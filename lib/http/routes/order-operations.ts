import { z } from 'zod';
import { newOrderSchema } from '../../orders/order-schema.ts';
import { batchOf } from '../batch-request.ts';
import { listSchema } from '../list-request.ts';
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
      'A value of your own for this order. A repeated request with it and the same order gets the first answer again.',
  });

const ifNoneMatch = z
  .string()
  .optional()
  .meta({ description: 'The ETag of an earlier answer: while the order is as it was then, the answer is 304.' });

const etag = {
  ETag: { description: 'Names this state of the order, for If-None-Match.', schema: z.string(), required: true },
};

/** What can be done with an order whose id is found there. */
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
    'An order that was answered with 202 is stored, and will be Completed, Failed or Cancelled, whatever crashes.',
  parameters: { header: z.object({ 'Idempotency-Key': idempotencyKey }) },
  body: { schema: newOrderSchema, required: true },
  answers: {
    202: {
      description: 'Stored, and will be processed.',
      schema: acceptedSchema,
      headers: {
        'Idempotency-Replayed': {
          description: 'This is the answer to an earlier request with this Idempotency-Key.',
          schema: z.literal('true'),
          required: false,
        },
      },
      links: linksToOrder('$request.body#/order_id'),
    },
    400: {
      description:
        'An order has this id already, or the request is not valid; then `errors` says where. GET the order: 404 means that ' +
        'another caller has that id.',
      schema: failureSchema,
    },
    ...TOO_LARGE,
    422: { description: 'This Idempotency-Key was used for another order.', schema: failureSchema },
  },
};

export const createOrders: Operation = {
  tag: 'Orders',
  summary: 'Create up to 100 orders',
  description:
    'Each order is answered as `POST /orders` would have done, whatever becomes of the others. There is no ' +
    'Idempotency-Key: repeat the batch, order ids are unique. For an id that exists already, GET the order: 404 means that ' +
    'another caller has that id.',
  body: { schema: batchOf(newOrderSchema), required: true },
  answers: {
    207: {
      description: 'An answer for each order. With Retry-After, some may be sent again.',
      schema: batchResultSchema,
      headers: retryAfter(false),
    },
    ...INVALID,
    ...TOO_LARGE,
  },
};

export const listOrders: Operation = {
  tag: 'Orders',
  summary: 'List orders, the newest first',
  description: 'A page costs the same however far it is from the first.',
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
    304: { description: 'The order is as it was.', headers: etag },
    ...NO_SUCH_ORDER,
  },
};

export const getOrderHistory: Operation = {
  tag: 'Orders',
  summary: 'Get the history of an order',
  description: 'Each move of the order from state to state, with its reason and who made it.',
  parameters: { path: ORDER_ID },
  answers: { 200: { description: 'Its moves.', schema: historySchema }, ...NO_SUCH_ORDER },
};

export const cancelOrder: Operation = {
  tag: 'Orders',
  summary: 'Cancel an order while it is Pending',
  parameters: { path: ORDER_ID },
  body: REASON,
  answers: {
    200: { description: 'The order, now Cancelled.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    409: { description: 'The order is not Pending.', schema: failureSchema },
    ...TOO_LARGE,
  },
};
