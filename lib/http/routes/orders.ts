import * as z from 'zod';
import { batchOf } from '../batch-request.ts';
import { listSchema } from '../list-request.ts';
import { newOrderSchema } from '../new-order.ts';
import {
  conflict,
  count,
  etag,
  failure,
  failureSchema,
  INVALID,
  idempotencyKey,
  ifNoneMatch,
  NO_SUCH_ORDER,
  ORDER_ID,
  OWNER,
  orderSchema,
  REASON,
  retryAfter,
  statusSchema,
  TOO_LARGE,
  time,
} from './common.ts';
import type { Operation } from './operation.ts';

export const orderPageSchema = z.object({
  orders: z.array(orderSchema),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Pass it as `cursor` to get the next page; null on the last page.' }),
});

export const historySchema = z.object({
  order_id: z.string(),
  history: z
    .array(
      z.object({
        at: time,
        from: statusSchema.nullable().meta({ description: 'Null for the creation of the order.' }),
        to: statusSchema,
        attempt: count.meta({
          description:
            'The attempt during which it happened, counted like `attempts` of the order; 0 before the first.',
        }),
        reason_code: z.string().nullable(),
        reason: z.string().nullable(),
        actor: z
          .string()
          .meta({ description: 'Who made the transition: an invocation of the worker, a caller, or a database user.' }),
      }),
    )
    .meta({ description: 'Oldest first.' }),
});

export const acceptedSchema = z.object({
  status_code: z.literal(202),
  message: z.string().meta({ examples: ['Order successfully processed. Please check status for order id: ORD-1'] }),
});

export const batchResultSchema = z.object({
  status_code: z.literal(207),
  message: z.string(),
  data: z.object({
    accepted: count,
    refused: count,
    results: z
      .array(
        z.object({
          order_id: z
            .string()
            .nullable()
            .meta({ description: 'The order id as it was sent; null if it was not a string.' }),
          status_code: z
            .int()
            .meta({ description: 'The status that POST /orders would have returned: 202, 400 or 503.' }),
          ...failure,
          code: failure.code.optional(),
        }),
      )
      .meta({ description: 'One result per order, in the order of the request.' }),
  }),
});

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
        'An order of yours with this id already exists, or the request is invalid and `errors` lists the invalid fields.',
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
    'Idempotency-Key is not supported; it is safe to repeat the batch, because order ids are unique.',
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

const orderWithStepsSchema = orderSchema.extend({
  steps: z
    .array(
      z.object({
        name: z.string(),
        kind: z.enum(['step', 'sleep']),
        state: z.enum(['completed', 'sleeping']),
        attempt: count.meta({ description: 'The attempt that recorded it.' }),
        started_at: time,
        finished_at: time.meta({
          description: 'When the step ended, or the sleep ends. A sleep that is not over ends with its order.',
        }),
        result_bytes: count.meta({ description: 'The size of its result as JSON. The result itself is never shown.' }),
      }),
    )
    .meta({
      description:
        'The recorded steps and sleeps of the current run, in the order in which they were recorded: the latest 1,000.',
    }),
});

export const getOrder: Operation = {
  tag: 'Orders',
  summary: 'Get an order',
  parameters: { path: ORDER_ID, query: OWNER, header: z.object({ 'If-None-Match': ifNoneMatch }) },
  answers: {
    200: { description: 'The order.', schema: orderWithStepsSchema, headers: etag },
    304: { description: 'The order has not changed.', headers: etag },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict(),
  },
};

export const getOrderHistory: Operation = {
  tag: 'Orders',
  summary: 'Get the history of an order',
  description: 'Lists each state transition of the order, with its reason and who made it.',
  parameters: { path: ORDER_ID, query: OWNER },
  answers: {
    200: { description: 'The state transitions.', schema: historySchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict(),
  },
};

export const cancelOrder: Operation = {
  tag: 'Orders',
  summary: 'Cancel a Pending or Waiting order',
  parameters: { path: ORDER_ID, query: OWNER },
  body: REASON,
  answers: {
    200: { description: 'The order, which is now Cancelled.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict('The order is neither Pending nor Waiting.'),
    ...TOO_LARGE,
  },
};
