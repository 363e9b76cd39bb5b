import * as z from 'zod';
import { amendmentSchema } from '../amendment.ts';
import { listSchema } from '../list-request.ts';
import { wait } from '../wait-request.ts';
import { etag, failureSchema, ifMatch, ifNoneMatch, ORDER_ID, OWNER, orderSchema, reasonBody } from './common.ts';
import { CANCELLED, CANCELLING, CHARGED, COMPLETED, HISTORY, ORDER, refused } from './examples.ts';
import type { Operation } from './operation.ts';
import { historySchema, orderPageSchema, orderWithStepsSchema } from './order-schemas.ts';
import { conflict, INVALID, linksToOrder, NO_SUCH_ORDER, OWNER_REQUIRED, TOO_LARGE } from './responses.ts';

export const listOrders: Operation = {
  tag: 'Orders',
  summary: 'List orders, newest first',
  description: 'Every page takes the same time, however far it is from the first.',
  parameters: { query: listSchema },
  responses: {
    200: {
      description: 'A page of orders.',
      schema: orderPageSchema,
      examples: { last_page: { orders: [COMPLETED], next_cursor: null } },
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
  description:
    'To poll cheaply, send the `ETag` of the last response in `If-None-Match`. To wait for a change, also send `wait`.',
  parameters: { path: ORDER_ID, query: OWNER.extend({ wait }), header: z.object({ 'If-None-Match': ifNoneMatch }) },
  responses: {
    200: {
      name: 'OrderWithSteps',
      description: 'The order.',
      schema: orderWithStepsSchema,
      headers: etag,
      examples: { completed: { ...COMPLETED, steps: [CHARGED] } },
    },
    304: { name: 'NotModified', description: 'The order has not changed.', headers: etag },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...OWNER_REQUIRED,
  },
};

export const amendOrder: Operation = {
  tag: 'Orders',
  summary: 'Change a Pending order',
  description:
    'Changes the values of a Pending order. The history says which fields were changed. A change of `process_after` also replaces the ' +
    'time of a retry. Once a step of the order is recorded, only `process_after` can be changed, because the step has used the other values.',
  parameters: { path: ORDER_ID, query: OWNER, header: z.object({ 'If-Match': ifMatch }) },
  body: {
    schema: amendmentSchema,
    required: true,
    examples: { amount: { total_amount: '18.99', metadata: { channel: 'shop' } }, now: { process_after: null } },
  },
  responses: {
    200: {
      name: 'AmendedOrder',
      description: 'The order with its new values and its new ETag.',
      schema: orderWithStepsSchema,
      headers: etag,
      examples: { amended: { ...ORDER, total_amount: '18.99', metadata: { channel: 'shop' }, steps: [] } },
    },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict(
      'NotAmendable',
      'The order is not Pending, it is being cancelled or undone, or a recorded step has used its values',
      refused('wrong_status', 'The order is Processing. Only a Pending order can be changed.'),
    ),
    412: {
      name: 'OrderChanged',
      description: 'The order has changed since it had the ETag in If-Match.',
      schema: failureSchema,
      examples: refused('order_changed', 'The order has changed since it had the ETag in If-Match.'),
    },
    ...TOO_LARGE,
    428: {
      name: 'IfMatchRequired',
      description: 'The request has no If-Match header.',
      schema: failureSchema,
      examples: refused('if_match_required', 'Send the ETag of the order that you want to change in If-Match.'),
    },
  },
};

export const getOrderHistory: Operation = {
  tag: 'Orders',
  summary: 'Get the history of an order',
  description:
    'Lists what happened to the order, with the reason and who did it: each state transition, and also signals, undone steps, ' +
    'requests to cancel it, and which fields `PATCH` changed.',
  parameters: { path: ORDER_ID, query: OWNER },
  responses: {
    200: { name: 'OrderHistory', description: 'The history.', schema: historySchema, examples: { completed: HISTORY } },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...OWNER_REQUIRED,
  },
};

export const cancelOrder: Operation = {
  tag: 'Orders',
  summary: 'Cancel an order',
  description:
    'A Cancelled order is never processed again. Cancelled is final. An order that is being processed stops after the step that is ' +
    'running. If its processor returns without taking another step, the order is Completed. Steps that have an undo are undone before ' +
    'the order is Cancelled. Cancelling an order again changes nothing.',
  parameters: { path: ORDER_ID, query: OWNER },
  body: reasonBody('changed her mind'),
  responses: {
    200: {
      name: 'CancelledOrder',
      description: 'The order, which is now Cancelled.',
      schema: orderSchema,
      examples: { cancelled: CANCELLED },
    },
    202: {
      name: 'CancellingOrder',
      description: 'The order, which is not Cancelled yet: a worker has it, or its steps are undone first.',
      schema: orderSchema,
      examples: { processing: CANCELLING },
    },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict(
      'NotCancellable',
      'The order is finished',
      refused('wrong_status', 'The order is Completed. Only a Pending, Waiting or Processing order can be cancelled.'),
    ),
    ...TOO_LARGE,
  },
};
