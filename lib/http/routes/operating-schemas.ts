import { z } from 'zod';
import { count, time } from './scalars.ts';

export const redrivenSchema = z.object({
  status_code: z.literal(200),
  message: z.string(),
  data: z.object({
    order_ids: z.array(z.string()).meta({ description: 'Redriven now, or that would be; sorted.' }),
    capped: count.meta({ description: 'How many more were left alone, being redriven as often as they may be.' }),
  }),
});

export const failureGroupsSchema = z.object({
  failures: z
    .array(
      z.object({
        reason_code: z.string().nullable().meta({ description: 'Null for orders that were failed by hand.' }),
        orders: count,
        oldest: time.nullable().meta({ description: 'When the first of them failed.' }),
        newest: time.nullable().meta({ description: 'When the last of them failed.' }),
      }),
    )
    .meta({ description: 'The most frequent first.' }),
});

export const deadLettersSchema = z.object({
  dead_letters: z.array(
    z.object({
      message_id: z.string(),
      body: z.string(),
      sent_at: time,
      receive_count: count,
      order_id: z.string().nullable().meta({ description: 'Null when the body names no order.' }),
    }),
  ),
  approximate_count: count.meta({ description: 'How many there are; SQS does not know it exactly.' }),
});

export const processingSchema = z.object({
  paused: z.boolean(),
  since: time.nullable().meta({ description: 'When it was last paused or resumed; null when it never was.' }),
  actor: z.string().nullable().meta({ description: 'Who paused or resumed; null without `orders:admin`.' }),
  reason: z.string().nullable().meta({ description: 'Why; null without `orders:admin`.' }),
});
