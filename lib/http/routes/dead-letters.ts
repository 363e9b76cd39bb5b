import { deadLetterSelectionSchema, deadLettersQuerySchema } from '../dead-letters-request.ts';
import { deadLettersSchema, settledLettersSchema } from './control-schemas.ts';
import type { Operation } from './operation.ts';
import { INVALID, TOO_LARGE } from './responses.ts';

export const listDeadLetters: Operation = {
  tag: 'Operations',
  summary: 'List dead letters',
  description:
    'Returns up to ten messages of the dead-letter queue, which workers could not process. Listing does not remove them, but SQS counts it in `receive_count`, which has no effect on a dead letter. With `limit=0`, it only returns their number, without receiving them.',
  parameters: { query: deadLettersQuerySchema },
  responses: {
    200: {
      description: 'The messages.',
      schema: deadLettersSchema,
      examples: {
        one_message: {
          dead_letters: [
            {
              message_id: '5fea7756-0ea4-451a-a703-a558b933e274',
              body: '{"order_id":"ORD-1","owner":"shop-7"}',
              sent_at: '2026-11-23T09:30:00.000Z',
              receive_count: 6,
              order_id: 'ORD-1',
              owner: 'shop-7',
              orders: [{ order_id: 'ORD-1', owner: 'shop-7' }],
            },
          ],
          approximate_count: 1,
        },
      },
    },
    ...INVALID,
  },
};

const settledLetters = (handled: string) => ({
  200: {
    description: `The messages that were ${handled}.`,
    schema: settledLettersSchema,
    examples: { [handled]: { message_ids: ['5fea7756-0ea4-451a-a703-a558b933e274'], not_found: [] } },
  },
  ...INVALID,
  ...TOO_LARGE,
});

const SELECTION = {
  schema: deadLetterSelectionSchema,
  required: true,
  examples: { one: { message_ids: ['5fea7756-0ea4-451a-a703-a558b933e274'], reason: 'the database is back' } },
};

export const resendDeadLetters: Operation = {
  tag: 'Operations',
  summary: 'Send dead letters to the order queue again',
  description:
    'Moves the messages back to the order queue, unchanged. A message that still cannot be processed becomes a dead letter again.',
  body: SELECTION,
  responses: settledLetters('resent'),
};

export const deleteDeadLetters: Operation = {
  tag: 'Operations',
  summary: 'Delete dead letters',
  description:
    'Deletes the messages. Orders do not depend on them: the sweep sends a message for every unfinished order.',
  body: SELECTION,
  responses: settledLetters('deleted'),
};
