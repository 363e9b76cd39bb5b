import { z } from 'zod';
import { STATUSES } from '../../orders/order.ts';
import { failure } from './failure-schemas.ts';
import { count, seconds, time } from './scalars.ts';

// Response schemas. Fields may be added, so clients must ignore unknown fields.

export const statusSchema = z
  .enum(STATUSES)
  .meta({ description: 'The state of an order. Completed and Cancelled are final.' });

export const orderSchema = z.object({
  order_id: z.string().meta({ examples: ['ORD-1'] }),
  status: statusSchema,
  next_states: z
    .array(statusSchema)
    .meta({ description: 'The states that the order can move to from its current state.' }),
  user_id: z.int32(),
  item_ids: z.array(z.int32()),
  total_amount: z
    .string()
    .regex(/^(-?[0-9]+(\.[0-9]+)?|NaN|-?Infinity)$/)
    .meta({
      description:
        'The exact decimal text as it was sent (9.50), because most clients parse a JSON number as a float. Only orders ' +
        'imported from the old service can have a negative amount, NaN or Infinity.',
      examples: ['19.99'],
    }),
  processing_time: seconds.nullable().meta({ description: 'In seconds; null until the order is Completed.' }),
  created_at: time,
  finished_at: time.nullable().meta({ description: 'When the order became Completed, Failed or Cancelled.' }),
  attempts: count.meta({
    description: 'Attempts since the order was created or last redriven, including one in progress.',
  }),
  crashes: count.meta({ description: 'The number of these attempts that ended because the worker crashed.' }),
  redrives: count.meta({ description: 'How many times the order was redriven.' }),
  next_attempt_at: time
    .nullable()
    .meta({ description: 'When the next attempt may start, if the order waits for one; null otherwise.' }),
  reason_code: z
    .string()
    .nullable()
    .meta({ description: 'Why the order is in this state, as a stable code for programs.' }),
  reason: z.string().nullable().meta({ description: 'Why the order is in this state, as text for people.' }),
});

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
