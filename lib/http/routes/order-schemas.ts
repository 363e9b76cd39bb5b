import { z } from 'zod';
import { STATUSES } from '../../orders/order.ts';
import { failure } from './failure-schemas.ts';
import { count, seconds, time } from './scalars.ts';

// What clients get. Further fields may come, so a client must not mind fields that it does not know.

export const statusSchema = z
  .enum(STATUSES)
  .meta({ description: 'The state of an order. Completed and Cancelled are final.' });

export const orderSchema = z.object({
  order_id: z.string().meta({ examples: ['ORD-1'] }),
  status: statusSchema,
  next_states: z.array(statusSchema).meta({ description: 'The states that it can go to from here.' }),
  user_id: z.int32(),
  item_ids: z.array(z.int32()),
  total_amount: z
    .string()
    .regex(/^(-?[0-9]+(\.[0-9]+)?|NaN|-?Infinity)$/)
    .meta({
      description:
        'Exact decimal text as it was sent (9.50), because a JSON number is a float to most clients. Only orders imported from ' +
        'the old service may have a negative amount, NaN or Infinity.',
      examples: ['19.99'],
    }),
  processing_time: seconds.nullable().meta({ description: 'Seconds; null until Completed.' }),
  created_at: time,
  finished_at: time.nullable().meta({ description: 'When it became Completed, Failed or Cancelled.' }),
  attempts: count.meta({
    description: 'How often it was run since it was created or redriven, the run under way included.',
  }),
  crashes: count.meta({ description: 'Of its attempts, those that ended because their worker died.' }),
  redrives: count.meta({ description: 'Times that it was redriven after it had Failed.' }),
  next_attempt_at: time
    .nullable()
    .meta({ description: 'When the next try may begin, while it waits for one; null otherwise.' }),
  reason_code: z.string().nullable().meta({ description: 'Why it is in this state, as a word that stays the same.' }),
  reason: z.string().nullable().meta({ description: 'Why it is in this state, in words.' }),
});

export const orderPageSchema = z.object({
  orders: z.array(orderSchema),
  next_cursor: z.string().nullable().meta({ description: 'Asks for the next page; null at the end.' }),
});

export const historySchema = z.object({
  order_id: z.string(),
  history: z
    .array(
      z.object({
        at: time,
        from: statusSchema.nullable().meta({ description: 'Null for its creation.' }),
        to: statusSchema,
        attempt: count.meta({
          description: 'The attempt that it belongs to, counted as `attempts` of the order are; 0 before the first.',
        }),
        reason_code: z.string().nullable(),
        reason: z.string().nullable(),
        actor: z
          .string()
          .meta({ description: 'Who did it: an invocation of the worker, a caller, or a database user.' }),
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
          order_id: z.string().nullable().meta({ description: 'As it was sent; null when it was no text.' }),
          status_code: z.int().meta({ description: 'What POST /orders would have answered: 202, 400 or 503.' }),
          ...failure,
        }),
      )
      .meta({ description: 'One an order, as they were sent.' }),
  }),
});
