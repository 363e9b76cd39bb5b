import * as z from 'zod';
import { batchOf } from '../batch-request.ts';
import { newOrderSchema } from '../new-order.ts';
import { count, errorCodeSchema, failure, orderIdSchema, orderSchema, statusSchema, time } from './common.ts';
import { ACCEPTED } from './examples.ts';

// Response schemas, and the body of a batch. Responses may get more fields, so clients must ignore unknown fields.

export const orderPageSchema = z
  .object({
    orders: z.array(orderSchema).describe('The orders of this page, newest first.'),
    next_cursor: z.string().nullable().describe('Pass it as `cursor` to get the next page; null on the last page.'),
  })
  .describe('A page of orders.');

export const historySchema = z
  .object({
    order_id: orderIdSchema,
    history: z
      .array(
        z.object({
          at: time.describe('When it happened.'),
          from: statusSchema.nullable().describe('The state before it; null for the creation of the order.'),
          to: statusSchema.describe('The state after it: the same one if the state did not change.'),
          attempt: count.describe(
            'The attempt during which it happened, counted like `attempts` of the order; 0 before the first.',
          ),
          reason_code: z.string().nullable().describe('Why it happened, as a stable code for programs.'),
          reason: z.string().nullable().describe('Why it happened, as text for people.'),
          actor: z.string().describe('Who did it: an invocation of the worker, a caller, or a database user.'),
        }),
      )
      .describe('What happened, oldest first: the latest 1,000 entries.'),
  })
  .describe('The history of an order.');

export const acceptedSchema = z
  .object({
    status_code: z.literal(202).describe('The HTTP status code of this response.'),
    message: z.string().meta({ description: 'Confirms the order id.', examples: [ACCEPTED.message] }),
  })
  .describe('The order is stored.');

export const batchResultSchema = z
  .object({
    status_code: z.literal(207).describe('The HTTP status code of this response.'),
    message: z.string().describe('Summarizes the results, for people.'),
    data: z
      .object({
        accepted: count.describe('How many orders are stored.'),
        refused: count.describe('How many orders are not stored.'),
        results: z
          .array(
            z.object({
              order_id: z.string().nullable().describe('The order id as it was sent; null if it was not a string.'),
              status_code: z.int().describe('The status that POST /orders would have returned: 202, 400, 429 or 503.'),
              ...failure,
              code: errorCodeSchema.optional(),
              message: z.string().describe('What became of the order, for people.'),
            }),
          )
          .describe('One result per order, in the order of the request.'),
      })
      .describe('What became of the orders.'),
  })
  .describe('The results of a batch.');

export const newOrdersSchema = batchOf(newOrderSchema).describe('Orders to create.');

export const orderWithStepsSchema = orderSchema
  .extend({
    steps: z
      .array(
        z.object({
          name: z.string().describe('The name that the processor gave it.'),
          kind: z.enum(['step', 'sleep', 'wait']).describe('Whether it is a step, a sleep, or a wait for a signal.'),
          state: z
            .enum(['completed', 'sleeping', 'waiting', 'timed_out', 'abandoned'])
            .describe(
              'Whether it has ended. A wait is `timed_out` if its signal did not come in time, and `abandoned` if the order ended before.',
            ),
          undo: z
            .enum(['possible', 'done'])
            .nullable()
            .describe('Whether the step was undone; null if it has no undo.'),
          undone_at: time.nullable().describe('When it was undone.'),
          attempt: count.describe('The attempt that recorded it.'),
          started_at: time.describe('When it started.'),
          finished_at: time.describe('When it ended or, if a sleep or a wait goes on, when it ends at the latest.'),
          result_bytes: count.describe(
            'The size of its result, or of the payload of its signal, as JSON. Neither is shown.',
          ),
        }),
      )
      .describe(
        'The recorded steps, sleeps and waits of the current run, in the order in which they were recorded: the latest 1,000.',
      ),
  })
  .describe('An order with the steps of its processor.');
