import { auditSchema } from '../audit-request.ts';
import { cancelSchema, redriveSchema } from '../bulk-requests.ts';
import { ORDER_ID, OWNER, orderSchema, reasonBody } from './common.ts';
import {
  auditListSchema,
  cancelledSchema,
  failureGroupsSchema,
  processingSchema,
  redrivenSchema,
} from './control-schemas.ts';
import { ORDER, REQUEST_ID, refused } from './examples.ts';
import type { Operation } from './operation.ts';
import { conflict, INVALID, NO_SUCH_ORDER, OWNER_REQUIRED, TOO_LARGE } from './responses.ts';

export const redriveOrder: Operation = {
  tag: 'Operations',
  summary: 'Redrive a Failed order',
  description: 'Redriving an order sends it back to be processed, with a new budget of attempts.',
  parameters: { path: ORDER_ID, query: OWNER },
  body: reasonBody('the bank is back'),
  responses: {
    200: {
      name: 'RedrivenOrder',
      description: 'The order, which is Pending again.',
      schema: orderSchema,
      examples: { redriven: { ...ORDER, redrives: 1, reason_code: 'redriven', reason: 'the bank is back' } },
    },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict('NotRedrivable', 'The order is not Failed, or has reached the redrive limit', {
      ...refused('wrong_status', 'The order is Completed. Only a Failed order can be redriven.'),
      ...refused('redrive_limit_reached', 'The order has reached the redrive limit (10).'),
    }),
    ...TOO_LARGE,
  },
};

export const redriveOrders: Operation = {
  tag: 'Operations',
  summary: 'Redrive Failed orders',
  description: 'Select orders by id, by reason code, by both, or select every Failed order with `all`.',
  body: {
    schema: redriveSchema,
    required: true,
    examples: {
      by_reason_code: { reason_code: 'card_declined', limit: 100, reason: 'the bank is back' },
      by_id: { order_ids: ['ORD-1'], dry_run: true },
    },
  },
  responses: {
    200: {
      description: 'The orders that were redriven or, in a dry run, would be.',
      schema: redrivenSchema,
      examples: {
        redriven: {
          status_code: 200,
          message: 'These orders were redriven.',
          data: { order_ids: ['ORD-1'], orders: [{ order_id: 'ORD-1', owner: 'shop-7' }], capped: 0 },
        },
      },
    },
    ...INVALID,
    ...OWNER_REQUIRED,
    ...TOO_LARGE,
  },
};

export const cancelOrders: Operation = {
  tag: 'Operations',
  summary: 'Cancel several orders',
  description:
    'Cancels the orders that are not finished, in one commit, each in the same way as `POST /orders/{order_id}/cancel`.',
  body: {
    schema: cancelSchema,
    required: true,
    examples: { by_id: { order_ids: ['ORD-1', 'ORD-2', 'ORD-3', 'ORD-4'], reason: 'the shop has closed' } },
  },
  responses: {
    200: {
      description: 'The orders that were cancelled or, in a dry run, would be.',
      schema: cancelledSchema,
      examples: {
        cancelled: {
          status_code: 200,
          message: 'Cancelled now: 1. Cancelled later: 1.',
          data: {
            cancelled: 1,
            cancelling: 1,
            order_ids: ['ORD-1', 'ORD-2'],
            orders: [
              { order_id: 'ORD-1', owner: 'shop-7', status: 'Cancelled' },
              { order_id: 'ORD-2', owner: 'shop-7', status: 'Processing' },
            ],
            left_alone: [{ order_id: 'ORD-3', owner: 'shop-7', status: 'Completed' }],
            unknown: ['ORD-4'],
          },
        },
      },
    },
    ...INVALID,
    ...OWNER_REQUIRED,
    ...TOO_LARGE,
  },
};

export const listFailures: Operation = {
  tag: 'Operations',
  summary: 'Count Failed orders by cause',
  description: 'Groups the orders that are Failed now by reason code.',
  responses: {
    200: {
      description: 'The causes.',
      schema: failureGroupsSchema,
      examples: {
        one_cause: {
          failures: [
            {
              reason_code: 'card_declined',
              orders: 2,
              oldest: '2026-11-23T09:30:02.000Z',
              newest: '2026-11-23T10:00:00.000Z',
            },
          ],
        },
      },
    },
    ...INVALID,
  },
};

const OPERATOR = `key:1 (ops) ${REQUEST_ID}`;

export const listAudit: Operation = {
  tag: 'Operations',
  summary: 'List what operators did',
  description:
    'Returns who paused and resumed processing, redrove orders, cancelled several, erased users, handled dead letters, and created and revoked API keys, newest first. What happened to one order is in its history.',
  parameters: { query: auditSchema },
  responses: {
    200: {
      description: 'A page of entries.',
      schema: auditListSchema,
      examples: {
        redriven: {
          audit: [
            {
              entry: 7,
              at: '2026-11-23T10:05:00.000Z',
              actor: OPERATOR,
              action: 'orders.redriven',
              owner: 'shop-7',
              target: null,
              orders: 12,
              details: { reason_code: 'card_declined' },
              reason: 'the bank is back',
            },
          ],
          next_before: null,
        },
      },
    },
    ...INVALID,
  },
};

/** 200 of every operation on processing. */
const processing = {
  200: {
    name: 'ProcessingState',
    description: 'Whether processing is paused.',
    schema: processingSchema,
    examples: {
      paused: { paused: true, since: '2026-11-23T09:30:00.000Z', actor: OPERATOR, reason: 'stocktaking' },
      running: { paused: false, since: '2026-11-23T10:00:00.000Z', actor: OPERATOR, reason: 'stocktaking is done' },
    },
  },
};

export const getProcessing: Operation = {
  tag: 'Operations',
  summary: 'Get the state of processing',
  description: 'Returns whether processing is paused, since when, by whom and why.',
  responses: { ...processing, ...INVALID },
};

export const pauseProcessing: Operation = {
  tag: 'Operations',
  summary: 'Pause processing',
  description: 'The API keeps accepting orders. In-flight orders are finished; no other order is started.',
  body: reasonBody('stocktaking'),
  responses: { ...processing, ...INVALID, ...TOO_LARGE },
};

export const resumeProcessing: Operation = {
  tag: 'Operations',
  summary: 'Resume processing',
  description: 'Orders that were accepted during the pause are processed.',
  body: reasonBody('stocktaking is done'),
  responses: { ...processing, ...INVALID, ...TOO_LARGE },
};
