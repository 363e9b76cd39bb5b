import * as z from 'zod';
import { batchOf } from '../batch-request.ts';
import { newOrderSchema } from '../new-order.ts';
import { count, errorCodeSchema, failure, orderIdSchema, orderSchema, statusSchema, time } from './common.ts';
import { ACCEPTED } from './examples.ts';

// Response schemas, and the body of a batch. Responses may get more fields, so clients must ignore unknown fields.

export const orderPageSchema = z
  .object({
    orders: z.array(orderSchema).meta({ description: 'The orders of this page, newest first.' }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Pass it as `cursor` to get the next page; null on the last page.' }),
  })
  .meta({ description: 'A page of orders.' });

export const historySchema = z
  .object({
    order_id: orderIdSchema,
    history: z
      .array(
        z.object({
          at: time.meta({ description: 'When it happened.' }),
          from: statusSchema
            .nullable()
            .meta({ description: 'The state before it; null for the creation of the order.' }),
          to: statusSchema.meta({ description: 'The state after it: the same one if the state did not change.' }),
          attempt: count.meta({
            description:
              'The attempt during which it happened, counted like `attempts` of the order; 0 before the first.',
          }),
          reason_code: z.string().nullable().meta({ description: 'Why it happened, as a stable code for programs.' }),
          reason: z.string().nullable().meta({ description: 'Why it happened, as text for people.' }),
          actor: z.string().meta({
            description: 'Who did it: an invocation of the worker, a caller, or a database user.',
          }),
        }),
      )
      .meta({ description: 'What happened, oldest first.' }),
  })
  .meta({ description: 'The history of an order.' });

export const acceptedSchema = z
  .object({
    status_code: z.literal(202).meta({ description: 'The HTTP status code of this response.' }),
    message: z.string().meta({ description: 'Confirms the order id.', examples: [ACCEPTED.message] }),
  })
  .meta({ description: 'The order is stored.' });

export const batchResultSchema = z
  .object({
    status_code: z.literal(207).meta({ description: 'The HTTP status code of this response.' }),
    message: z.string().meta({ description: 'Summarizes the results, for people.' }),
    data: z
      .object({
        accepted: count.meta({ description: 'How many orders are stored.' }),
        refused: count.meta({ description: 'How many orders are not stored.' }),
        results: z
          .array(
            z.object({
              order_id: z
                .string()
                .nullable()
                .meta({ description: 'The order id as it was sent; null if it was not a string.' }),
              status_code: z
                .int()
                .meta({ description: 'The status that POST /orders would have returned: 202, 400, 429 or 503.' }),
              ...failure,
              code: errorCodeSchema.optional(),
              message: z.string().meta({ description: 'What became of the order, for people.' }),
            }),
          )
          .meta({ description: 'One result per order, in the order of the request.' }),
      })
      .meta({ description: 'What became of the orders.' }),
  })
  .meta({ description: 'The results of a batch.' });

export const newOrdersSchema = batchOf(newOrderSchema).meta({ description: 'Orders to create.' });

export const orderWithStepsSchema = orderSchema
  .extend({
    steps: z
      .array(
        z.object({
          name: z.string().meta({ description: 'The name that the processor gave it.' }),
          kind: z
            .enum(['step', 'sleep', 'wait'])
            .meta({ description: 'Whether it is a step, a sleep, or a wait for a signal.' }),
          state: z.enum(['completed', 'sleeping', 'waiting', 'timed_out', 'abandoned']).meta({
            description:
              'Whether it has ended. A wait is `timed_out` if its signal did not come in time, and `abandoned` if the order ended before.',
          }),
          undo: z.enum(['possible', 'done']).nullable().meta({
            description: 'Whether the step was undone; null if it has no undo.',
          }),
          undone_at: time.nullable().meta({ description: 'When it was undone.' }),
          attempt: count.meta({ description: 'The attempt that recorded it.' }),
          started_at: time.meta({ description: 'When it started.' }),
          finished_at: time.meta({
            description: 'When it ended or, if a sleep or a wait goes on, when it ends at the latest.',
          }),
          result_bytes: count.meta({
            description: 'The size of its result, or of the payload of its signal, as JSON. Neither is shown.',
          }),
        }),
      )
      .meta({
        description:
          'The recorded steps, sleeps and waits of the current run, in the order in which they were recorded: the latest 1,000.',
      }),
  })
  .meta({ description: 'An order with the steps of its processor.' });
