import * as z from 'zod';
import { newOrderSchema } from '../new-order.ts';
import { failureSchema, idempotencyKey } from './common.ts';
import { ACCEPTED, BATCH_RESULT, NEW_ORDER, NEW_ORDER_WITH_ITEMS, refused } from './examples.ts';
import type { Operation } from './operation.ts';
import { acceptedSchema, batchResultSchema, newOrdersSchema } from './order-schemas.ts';
import { INVALID, linksToOrder, retryAfter, TOO_LARGE } from './responses.ts';

export const createOrder: Operation = {
  tag: 'Orders',
  summary: 'Create an order',
  description:
    'Once the response is 202, the order is stored and will become Completed, Failed or Cancelled, whatever crashes.',
  parameters: { header: z.object({ 'Idempotency-Key': idempotencyKey }) },
  body: {
    schema: newOrderSchema,
    required: true,
    examples: { order: NEW_ORDER, order_with_items: NEW_ORDER_WITH_ITEMS },
  },
  responses: {
    202: {
      description: 'The order is stored and will be processed.',
      schema: acceptedSchema,
      examples: { accepted: ACCEPTED },
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
        'An order of yours with this id exists, or existed and was deleted, or the request is invalid and `errors` lists the invalid fields.',
      schema: failureSchema,
      examples: {
        ...refused('order_exists', 'Order with order_id ORD-1 already exists.'),
        ...refused('validation_failed', 'Validation Error', {
          errors: [{ path: 'item_ids.3', message: 'must be a whole number from -2147483648 to 2147483647' }],
        }),
      },
    },
    ...TOO_LARGE,
    422: {
      description: 'This Idempotency-Key was already used for another order.',
      schema: failureSchema,
      examples: refused('idempotency_key_reused', 'This Idempotency-Key was already used for another order.'),
    },
  },
};

export const createOrders: Operation = {
  tag: 'Orders',
  summary: 'Create up to 100 orders',
  description:
    'Each order gets the result that `POST /orders` would have returned, independently of the other orders. ' +
    'Idempotency-Key is not supported; it is safe to repeat the batch, because order ids are unique per owner.',
  body: {
    schema: newOrdersSchema,
    required: true,
    examples: { two_orders: { orders: [NEW_ORDER, { ...NEW_ORDER, order_id: 'ORD-2', total_amount: '5.00' }] } },
  },
  responses: {
    207: {
      description: 'A result for each order. If Retry-After is set, some orders were not stored and can be sent again.',
      schema: batchResultSchema,
      examples: { one_refused: BATCH_RESULT },
      headers: retryAfter(false),
    },
    ...INVALID,
    ...TOO_LARGE,
  },
};
