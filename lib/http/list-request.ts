import * as z from 'zod';
import { STATUSES } from '../orders/order.ts';
import { decodeCursor } from './cursor.ts';
import { INTEGER_MAX, INTEGER_MIN } from './new-order.ts';
import { metadata } from './order-details.ts';
import { text } from './text.ts';
import { timeOf } from './time.ts';
import { wholeNumber } from './whole-number.ts';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

/** For filters that are checked order by order. */
const MAY_BE_EMPTY = 'A page looks through 1,000 orders, so it can be empty and still have a next_cursor.';

const time = timeOf(
  'must be a time with its zone, such as 2026-11-23T09:30:00Z (a + in a query is written %2B), from 1970 to 9999',
);

/** The query of GET /orders. */
export const listSchema = z
  .object({
    owner: text(10_000)
      .optional()
      .describe("Only this owner's orders. Callers without `orders:admin` see only their own in any case."),
    status: z
      .enum(STATUSES, `must be one of ${STATUSES.join(', ')}`)
      .optional()
      .describe('Only orders in this state.'),
    order_id_prefix: text(255).optional().describe(`Only orders whose id starts with this. ${MAY_BE_EMPTY}`),
    reason_code: text(100)
      .optional()
      .describe('Only orders that have this reason code, such as the `reason_code` of a failure.'),
    user_id: wholeNumber(INTEGER_MIN, INTEGER_MAX).optional().describe("Only this user's orders."),
    customer_ref: text(255).optional().describe('Only orders with this `customer_ref`.'),
    metadata: metadata
      .optional()
      .describe(`Only orders whose metadata has this value: \`metadata[channel]=web\`. ${MAY_BE_EMPTY}`),
    updated_from: time.optional().describe(`Only orders that changed at this time or later. ${MAY_BE_EMPTY}`),
    created_from: time.optional().describe('Created at this time or later.'),
    // Exclusive, so that the end of one range is the start of the next.
    created_to: time.optional().describe('Created before this time. Must not be before created_from.'),
    limit: wholeNumber(1, MAX_LIMIT)
      .default(DEFAULT_LIMIT)
      .describe(`The most orders in one response; ${DEFAULT_LIMIT} by default.`),
    cursor: z
      .string()
      .transform((text, context) => {
        const position = decodeCursor(text);
        if (position) return position;
        context.addIssue('must be the next_cursor of an earlier response, unchanged');
        return z.NEVER;
      })
      .optional()
      .describe('The next_cursor of an earlier response; the list continues after that page.'),
  })
  .refine(({ created_from: from, created_to: to }) => !from || !to || from <= to, {
    path: ['created_to'],
    error: 'must not be before created_from',
  });
