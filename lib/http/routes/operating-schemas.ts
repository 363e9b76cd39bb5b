import { z } from 'zod';
import { count, time } from './scalars.ts';

export const redrivenSchema = z.object({
  status_code: z.literal(200),
  message: z.string(),
  data: z.object({
    order_ids: z
      .array(z.string())
      .meta({ description: 'Ids of the orders that were redriven or, in a dry run, would be; sorted.' }),
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
