import * as z from 'zod';
import { AUDITED } from '../../orders/sql/read-audit.ts';
import { count, orderIdSchema, statusSchema, time } from './common.ts';

const namedOrder = z.object({ order_id: orderIdSchema, owner: z.string().describe('The owner of the order.') });

export const redrivenSchema = z
  .object({
    status_code: z.literal(200).describe('The HTTP status code of this response.'),
    message: z.string().describe('What happened, for people.'),
    data: z
      .object({
        order_ids: z
          .array(z.string())
          .describe('Ids of the orders that were redriven or, in a dry run, would be; sorted.'),
        orders: z.array(namedOrder).describe('The same orders with their owners.'),
        capped: count.describe('How many other orders were skipped because they have reached the redrive limit.'),
      })
      .describe('Which orders the request selected.'),
  })
  .describe('The result of a redrive of several orders.');

const orderStates = z.array(namedOrder.extend({ status: statusSchema }));

export const cancelledSchema = z
  .object({
    status_code: z.literal(200).describe('The HTTP status code of this response.'),
    message: z.string().describe('What happened, for people.'),
    data: z
      .object({
        cancelled: count.meta({ description: 'How many orders are Cancelled now; 0 in a dry run.' }),
        cancelling: count.meta({
          description:
            'How many orders will be Cancelled later: a worker has them, or their steps are undone first; 0 in a dry run.',
        }),
        order_ids: z
          .array(z.string())
          .describe('Ids of the orders that were cancelled or, in a dry run, would be; sorted.'),
        orders: orderStates.describe(
          'The same orders with their owners. One that is not Cancelled yet stops after the step that is running, and has its steps undone.',
        ),
        left_alone: orderStates.describe('Orders that were finished, so that they cannot be cancelled.'),
        unknown: z.array(z.string()).describe('Ids of orders that do not exist.'),
      })
      .describe('What became of the orders.'),
  })
  .describe('The result of cancelling several orders.');

export const failureGroupsSchema = z
  .object({
    failures: z
      .array(
        z.object({
          reason_code: z.string().nullable().describe('Null for orders that were set to Failed manually.'),
          orders: count.describe('How many orders failed for this cause.'),
          oldest: time.nullable().describe('When the first of these orders failed.'),
          newest: time.nullable().describe('When the last of these orders failed.'),
        }),
      )
      .describe('The causes, most frequent first.'),
  })
  .describe('Failed orders by cause.');

export const deadLettersSchema = z
  .object({
    dead_letters: z
      .array(
        z.object({
          message_id: z.string().describe('The id that SQS gave the message.'),
          body: z.string().describe('The body of the message as it was received.'),
          sent_at: time.describe('When the message was sent to the order queue.'),
          receive_count: count.describe('How often the message has been received.'),
          order_id: z.string().nullable().describe('Null unless the body names one order.'),
          owner: z.string().nullable().describe('Empty when the body names no owner; null without `order_id`.'),
          orders: z
            .array(
              z.object({
                order_id: z.string().describe('The id of the order.'),
                owner: z.string().describe('Empty when the body names no owner.'),
              }),
            )
            .describe('Each order that the body names.'),
        }),
      )
      .describe('Up to ten dead letters.'),
    approximate_count: count.describe('The number of dead letters. SQS reports an approximate count.'),
  })
  .describe('Messages that workers could not process.');

export const settledLettersSchema = z
  .object({
    message_ids: z.array(z.string()).describe('The messages that were found and handled.'),
    not_found: z
      .array(z.string())
      .describe(
        'The messages that were not among the first 1,000 of the queue, or that another reader holds for up to two minutes.',
      ),
  })
  .describe('What became of the dead letters.');

export const auditListSchema = z
  .object({
    audit: z
      .array(
        z.object({
          entry: z.int().describe('A number that grows with each entry; it can skip some.'),
          at: time.describe('When it was done.'),
          actor: z.string().describe('Who did it: an API key or a token with the request id, or an operator.'),
          action: z.string().describe(`What was done: ${AUDITED.join(', ')}.`),
          owner: z.string().nullable().describe('The owner of the orders or of the key; null for several or none.'),
          target: z.string().nullable().describe('The id of the one order or key; null for several or none.'),
          orders: count.nullable().describe('How many orders were changed; null if it was not about orders.'),
          details: z.record(z.string(), z.unknown()).describe('What else is known, such as the scopes of a key.'),
          reason: z.string().nullable().describe('Why, as text for people.'),
        }),
      )
      .describe('The entries, newest first.'),
    next_before: z.int().nullable().describe('The `before` of the next page; null on the last page.'),
  })
  .describe('What operators did.');

export const processingSchema = z
  .object({
    paused: z.boolean().describe('Whether processing is paused.'),
    since: time.nullable().describe('When processing was last paused or resumed; null if never.'),
    actor: z.string().nullable().describe('Who paused or resumed processing; null for callers without `orders:admin`.'),
    reason: z.string().nullable().describe('Why it was paused or resumed; null for callers without `orders:admin`.'),
  })
  .describe('Whether orders are processed.');
