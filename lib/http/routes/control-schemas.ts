import * as z from 'zod';
import { AUDITED } from '../../orders/sql/read-audit.ts';
import { count, orderIdSchema, statusSchema, time } from './common.ts';

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

const orderStates = z.array(
  z.object({
    order_id: orderIdSchema,
    owner: z.string().meta({ description: 'The owner of the order.' }),
    status: statusSchema,
  }),
);

export const cancelledSchema = z
  .object({
    status_code: z.literal(200).meta({ description: 'The HTTP status code of this response.' }),
    message: z.string().meta({ description: 'What happened, for people.' }),
    data: z
      .object({
        order_ids: z
          .array(z.string())
          .meta({ description: 'Ids of the orders that were cancelled or, in a dry run, would be; sorted.' }),
        orders: orderStates.meta({
          description:
            'The same orders with their owners. One that is not Cancelled yet stops after the step that is running, and has its steps undone.',
        }),
        left_alone: orderStates.meta({ description: 'Orders that were finished, so that they cannot be cancelled.' }),
        unknown: z.array(z.string()).meta({ description: 'Ids of orders that do not exist.' }),
      })
      .meta({ description: 'What became of the orders.' }),
  })
  .meta({ description: 'The result of cancelling several orders.' });

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
          order_id: z.string().nullable().meta({ description: 'Null unless the body names one order.' }),
          owner: z
            .string()
            .nullable()
            .meta({ description: 'Empty when the body names no owner; null without `order_id`.' }),
          orders: z
            .array(
              z.object({
                order_id: z.string().meta({ description: 'The id of the order.' }),
                owner: z.string().meta({ description: 'Empty when the body names no owner.' }),
              }),
            )
            .meta({ description: 'Each order that the body names.' }),
        }),
      )
      .meta({ description: 'Up to ten dead letters.' }),
    approximate_count: count.meta({ description: 'The number of dead letters. SQS reports an approximate count.' }),
  })
  .meta({ description: 'Messages that workers could not process.' });

export const settledLettersSchema = z
  .object({
    message_ids: z.array(z.string()).meta({ description: 'The messages that were found and handled.' }),
    not_found: z.array(z.string()).meta({
      description:
        'The messages that were not among the first 1,000 of the queue, or that another reader holds for up to two minutes.',
    }),
  })
  .meta({ description: 'What became of the dead letters.' });

export const auditListSchema = z
  .object({
    audit: z
      .array(
        z.object({
          entry: z.int().meta({ description: 'A number that grows with each entry; it can skip some.' }),
          at: time.meta({ description: 'When it was done.' }),
          actor: z
            .string()
            .meta({ description: 'Who did it: an API key or a token with the request id, or an operator.' }),
          action: z.string().meta({ description: `What was done: ${AUDITED.join(', ')}.` }),
          owner: z
            .string()
            .nullable()
            .meta({ description: 'The owner of the orders or of the key; null for several or none.' }),
          target: z
            .string()
            .nullable()
            .meta({ description: 'The id of the one order or key; null for several or none.' }),
          orders: count
            .nullable()
            .meta({ description: 'How many orders were changed; null if it was not about orders.' }),
          details: z
            .record(z.string(), z.unknown())
            .meta({ description: 'What else is known, such as the scopes of a key.' }),
          reason: z.string().nullable().meta({ description: 'Why, as text for people.' }),
        }),
      )
      .meta({ description: 'The entries, newest first.' }),
    next_before: z.int().nullable().meta({ description: 'The `before` of the next page; null on the last page.' }),
  })
  .meta({ description: 'What operators did.' });

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
