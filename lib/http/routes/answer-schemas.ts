import { z } from 'zod';

// What clients get. Further fields may come, so a client must not mind fields that it does not know.

const count = z.int().nonnegative();
const time = z.string().meta({ format: 'date-time' });
const seconds = z.number().nonnegative();

export const statusSchema = z
  .enum(['Pending', 'Processing', 'Completed', 'Failed', 'Cancelled'])
  .meta({ description: 'The state of an order. Completed and Cancelled are final.' });

export const orderSchema = z.object({
  order_id: z.string().meta({ examples: ['ORD-1'] }),
  status: statusSchema,
  next_states: z.array(statusSchema).meta({ description: 'The states that it can go to from here.' }),
  user_id: z.int32(),
  item_ids: z.array(z.int32()),
  total_amount: z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .meta({
      description: 'Exact decimal text, because a JSON number is a float to most clients.',
      examples: ['19.99'],
    }),
  processing_time: seconds.nullable().meta({ description: 'Seconds; null until Completed.' }),
  created_at: time,
  finished_at: time.nullable().meta({ description: 'When it became Completed, Failed or Cancelled.' }),
  attempts: count.meta({ description: 'Failures that its processor reported since it was created or redriven.' }),
  crashes: count.meta({ description: 'Workers that died while they held it, since it was created or redriven.' }),
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
        attempt: count.meta({ description: 'The try that it belongs to, since the order was created or redriven.' }),
        reason_code: z.string().nullable(),
        reason: z.string().nullable(),
        actor: z
          .string()
          .meta({ description: 'Who did it: an invocation of the worker, a caller, or a database user.' }),
      }),
    )
    .meta({ description: 'Oldest first.' }),
});

const minuteSchema = z.object({
  minute: time,
  created: count,
  completed: count,
  failed: count,
  retried: count,
  cancelled: count,
  processing_seconds: z.object({ average: seconds.nullable(), p95: seconds.nullable() }),
});

export const metricsSchema = z.object({
  status_code: z.literal(200),
  // Spelt so in the contract; clients compare it.
  message: z.literal('Succesfully fetched metrics Ddta'),
  data: z.object({
    total_orders_processed: count.meta({
      description:
        'Pending, Processing and Completed orders together; the name is that of the service before this one.',
    }),
    total_processing_time: seconds.meta({
      description: 'The average processing time of Completed orders, in seconds; 0 when there are none.',
    }),
    status_counts: z.object({
      Pending: count,
      Processing: count,
      Completed: count,
      Failed: count,
      Cancelled: count,
    }),
    oldest_pending_seconds: seconds.meta({ description: 'Age of the oldest Pending order; 0 when there is none.' }),
    window: z.object({
      minutes: count,
      processing_seconds: z
        .object({
          average: seconds.nullable(),
          p50: seconds.nullable(),
          p95: seconds.nullable(),
          quantile_error: z
            .number()
            .meta({ description: 'Relative: by how much p50 and p95 may be off, being from a histogram.' }),
        })
        .meta({ description: 'Processing times of the orders Completed in the window; null when there were none.' }),
      failures: z
        .record(z.string(), count)
        .meta({ description: 'Orders that became Failed in the window, by reason code.' }),
      per_minute: z.array(minuteSchema).meta({ description: 'The minutes in which anything happened, oldest first.' }),
    }),
  }),
});

export const acceptedSchema = z.object({
  status_code: z.literal(202),
  message: z.string().meta({ examples: ['Order successfully processed. Please check status for order id: ORD-1'] }),
});

export const redrivenSchema = z.object({
  status_code: z.literal(200),
  message: z.string(),
  data: z.object({
    order_ids: z.array(z.string()).meta({ description: 'Redriven now, or that would be.' }),
    capped: count.meta({ description: 'How many more were left alone, being redriven as often as they may be.' }),
  }),
});

export const failureSchema = z.object({
  status_code: z.int().meta({ description: 'The status of the answer, again.' }),
  message: z.string(),
  errors: z
    .array(
      z.object({
        path: z.string().meta({
          description: 'Where: a field such as item_ids.3, a parameter, or empty for the whole body.',
          examples: ['item_ids.3'],
        }),
        message: z.string().meta({ description: 'What is allowed there.' }),
      }),
    )
    .max(20)
    .optional()
    .meta({ description: 'What is wrong with the request, when that is the reason.' }),
});

export const gatewayFailureSchema = z.object({ message: z.string() });
