import * as z from 'zod';
import { count, orderIdSchema, time } from './common.ts';

export const redrivenSchema = z
  .object({
    status_code: z.literal(200).meta({ description: 'The HTTP status code of this response.' }),
    message: z.string().meta({ description: 'What happened, for people.' }),
    data: z
      .object({
        order_ids: z
          .array(z.string())
          .meta({ description: 'Ids of the orders that were redriven or, in a dry run, would be; sorted.' }),
        orders: z
          .array(
            z.object({ order_id: orderIdSchema, owner: z.string().meta({ description: 'The owner of the order.' }) }),
          )
          .meta({ description: 'The same orders with their owners.' }),
        capped: count.meta({
          description: 'How many other orders were skipped because they have reached the redrive limit.',
        }),
      })
      .meta({ description: 'Which orders the request selected.' }),
  })
  .meta({ description: 'The result of a redrive of several orders.' });

export const failureGroupsSchema = z
  .object({
    failures: z
      .array(
        z.object({
          reason_code: z.string().nullable().meta({ description: 'Null for orders that were set to Failed manually.' }),
          orders: count.meta({ description: 'How many orders failed for this cause.' }),
          oldest: time.nullable().meta({ description: 'When the first of these orders failed.' }),
          newest: time.nullable().meta({ description: 'When the last of these orders failed.' }),
        }),
      )
      .meta({ description: 'The causes, most frequent first.' }),
  })
  .meta({ description: 'Failed orders by cause.' });

export const deadLettersSchema = z
  .object({
    dead_letters: z
      .array(
        z.object({
          message_id: z.string().meta({ description: 'The id that SQS gave the message.' }),
          body: z.string().meta({ description: 'The body of the message as it was received.' }),
          sent_at: time.meta({ description: 'When the message was sent to the order queue.' }),
          receive_count: count.meta({ description: 'How often the message has been received.' }),
          order_id: z.string().nullable().meta({ description: 'Null when the body contains no order id.' }),
          owner: z
            .string()
            .nullable()
            .meta({ description: 'Empty when the body names no owner; null when it contains no order id.' }),
        }),
      )
      .meta({ description: 'Up to ten dead letters.' }),
    approximate_count: count.meta({ description: 'The number of dead letters. SQS reports an approximate count.' }),
  })
  .meta({ description: 'Messages that workers could not process.' });

export const processingSchema = z
  .object({
    paused: z.boolean().meta({ description: 'Whether processing is paused.' }),
    since: time.nullable().meta({ description: 'When processing was last paused or resumed; null if never.' }),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Who paused or resumed processing; null for callers without `orders:admin`.' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was paused or resumed; null for callers without `orders:admin`.' }),
  })
  .meta({ description: 'Whether orders are processed.' });
