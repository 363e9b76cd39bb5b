import * as z from 'zod';
import { redriveSchema } from '../redrive-request.ts';
import {
  conflict,
  count,
  failureSchema,
  INVALID,
  NO_SUCH_ORDER,
  ORDER_ID,
  OWNER,
  orderSchema,
  REASON,
  TOO_LARGE,
  time,
} from './common.ts';
import type { Operation } from './operation.ts';

export const redrivenSchema = z.object({
  status_code: z.literal(200),
  message: z.string(),
  data: z.object({
    order_ids: z
      .array(z.string())
      .meta({ description: 'Ids of the orders that were redriven or, in a dry run, would be; sorted.' }),
    orders: z
      .array(z.object({ order_id: z.string(), owner: z.string() }))
      .meta({ description: 'The same orders with their owners.' }),
    capped: count.meta({
      description: 'How many other orders were skipped because they have reached the redrive limit.',
    }),
  }),
});

export const failureGroupsSchema = z.object({
  failures: z
    .array(
      z.object({
        reason_code: z.string().nullable().meta({ description: 'Null for orders that were set to Failed manually.' }),
        orders: count,
        oldest: time.nullable().meta({ description: 'When the first of these orders failed.' }),
        newest: time.nullable().meta({ description: 'When the last of these orders failed.' }),
      }),
    )
    .meta({ description: 'Most frequent first.' }),
});

export const deadLettersSchema = z.object({
  dead_letters: z.array(
    z.object({
      message_id: z.string(),
      body: z.string(),
      sent_at: time,
      receive_count: count,
      order_id: z.string().nullable().meta({ description: 'Null when the body contains no order id.' }),
      owner: z
        .string()
        .nullable()
        .meta({ description: 'Empty when the body names no owner; null when it contains no order id.' }),
    }),
  ),
  approximate_count: count.meta({ description: 'The number of dead letters. SQS reports an approximate count.' }),
});

export const processingSchema = z.object({
  paused: z.boolean(),
  since: time.nullable().meta({ description: 'When processing was last paused or resumed; null if never.' }),
  actor: z
    .string()
    .nullable()
    .meta({ description: 'Who paused or resumed processing; null for callers without `orders:admin`.' }),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it was paused or resumed; null for callers without `orders:admin`.' }),
});

export const redriveOrder: Operation = {
  tag: 'Operations',
  summary: 'Redrive a Failed order',
  description: 'Redriving an order sends it back to be processed, with a new budget of attempts.',
  parameters: { path: ORDER_ID, query: OWNER },
  body: REASON,
  answers: {
    200: { description: 'The order, which is Pending again.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    ...conflict('The order is not Failed, or has reached the redrive limit.'),
    ...TOO_LARGE,
  },
};

export const redriveOrders: Operation = {
  tag: 'Operations',
  summary: 'Redrive Failed orders',
  description: 'Select orders by id, by reason code, by both, or select every Failed order with `all`.',
  body: { schema: redriveSchema, required: true },
  answers: {
    200: { description: 'The orders that were redriven or, in a dry run, would be.', schema: redrivenSchema },
    ...INVALID,
    409: {
      description: 'Several owners have an order with one of the ids, and the request does not name one.',
      schema: failureSchema,
    },
    ...TOO_LARGE,
  },
};

export const listFailures: Operation = {
  tag: 'Operations',
  summary: 'Count Failed orders by cause',
  answers: { 200: { description: 'The causes.', schema: failureGroupsSchema }, ...INVALID },
};

export const listDeadLetters: Operation = {
  tag: 'Operations',
  summary: 'List dead letters',
  description:
    'Returns up to ten messages of the dead-letter queue, which workers could not process. Listing does not remove them.',
  answers: { 200: { description: 'The messages.', schema: deadLettersSchema }, ...INVALID },
};

const processing = { 200: { description: 'Whether processing is paused.', schema: processingSchema } };

export const getProcessing: Operation = {
  tag: 'Operations',
  summary: 'Get the state of processing',
  answers: { ...processing, ...INVALID },
};

export const pauseProcessing: Operation = {
  tag: 'Operations',
  summary: 'Pause processing',
  description: 'The API keeps accepting orders. In-flight orders are finished; no other order is started.',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};

export const resumeProcessing: Operation = {
  tag: 'Operations',
  summary: 'Resume processing',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};
