import { z } from 'zod';
import { newOrderSchema } from '../../orders/order-schema.ts';
import { redriveSchema } from '../redrive-request.ts';
import { acceptedSchema, failureSchema, historySchema, orderSchema, redrivenSchema } from './answer-schemas.ts';
import { INVALID, NO_SUCH_ORDER, ORDER_ID, TOO_LARGE } from './common-answers.ts';
import type { Operation } from './operation.ts';

const IDEMPOTENCY_KEY = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]*$/)
    .optional()
    .meta({
      description:
        'A value of your own for this order. A repeated request with it and the same order gets the first answer again.',
    }),
});

export const createOrder: Operation = {
  tag: 'Orders',
  summary: 'Create an order',
  description:
    'An order that was answered with 202 is stored, and will be Completed, Failed or Cancelled, whatever crashes.',
  parameters: { header: IDEMPOTENCY_KEY },
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
      links: {
        getOrder: { order_id: '$request.body#/order_id' },
        getOrderHistory: { order_id: '$request.body#/order_id' },
      },
    },
    400: {
      description: 'The order exists already, or the request is not valid; then `errors` says where.',
      schema: failureSchema,
    },
    ...TOO_LARGE,
    422: { description: 'This Idempotency-Key was used for another order.', schema: failureSchema },
  },
};

export const getOrder: Operation = {
  tag: 'Orders',
  summary: 'Get an order',
  parameters: { path: ORDER_ID },
  answers: { 200: { description: 'The order.', schema: orderSchema }, ...NO_SUCH_ORDER },
};

export const getOrderHistory: Operation = {
  tag: 'Orders',
  summary: 'Get the history of an order',
  description: 'Each move of the order from state to state, with its reason and who made it.',
  parameters: { path: ORDER_ID },
  answers: { 200: { description: 'Its moves.', schema: historySchema }, ...NO_SUCH_ORDER },
};

export const redriveOrders: Operation = {
  tag: 'Operating',
  summary: 'Have Failed orders processed afresh',
  description: 'Those with these ids, those with this reason code, those with both, or any.',
  body: { schema: redriveSchema, required: true },
  answers: {
    200: { description: 'Which orders were redriven, or would be.', schema: redrivenSchema },
    ...INVALID,
    ...TOO_LARGE,
  },
};
