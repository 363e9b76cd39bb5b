import * as z from 'zod';
import { text } from './text.ts';
import { wholeNumber } from './whole-number.ts';

/** ReceiveMessage returns at most ten (Amazon SQS API reference). */
const MAX_LISTED = 10;

/** One request handles them one after another, and must fit within its timeout. */
const MAX_HANDLED = 100;

/** The query of GET /dead-letters. */
export const deadLettersQuerySchema = z.object({
  limit: wholeNumber(0, MAX_LISTED)
    .default(MAX_LISTED)
    .describe('The most messages to receive; 10 by default, 0 to count them only.'),
});

/** The body of POST /dead-letters/resend and POST /dead-letters/delete. */
export const deadLetterSelectionSchema = z
  .strictObject(
    {
      message_ids: z
        .array(text(100), 'must be a list of message ids')
        .min(1, 'must not be empty')
        .max(MAX_HANDLED, `must have at most ${MAX_HANDLED} ids`)
        .describe('The `message_id` of each dead letter.'),
      reason: text(500).optional().describe('Why, as text for people. It is in the audit.'),
    },
    'must be a JSON object',
  )
  .describe('Which dead letters to handle.');
