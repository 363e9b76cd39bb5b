import { z } from 'zod';
import { STATUSES } from '../orders/order.ts';
import { decodeCursor } from './cursor.ts';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

/** Postgres `integer` (PostgreSQL documentation, 8.1). */
const INTEGER_MIN = -2_147_483_648;
const INTEGER_MAX = 2_147_483_647;

/** Of no order is the time of creation outside of these, and Postgres and JavaScript both know what is inside. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const wholeNumber = (lowest: number, highest: number) => {
  const rule = `must be a whole number from ${lowest} to ${highest}`;
  return z
    .string()
    .regex(/^-?\d{1,10}$/, rule)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, rule);
};

const TIME_RULE =
  'must be a time with its zone, such as 2026-11-23T09:30:00Z (a + in a query is written %2B), from 1970 to 9999';

const time = z.iso
  .datetime({ offset: true, error: TIME_RULE })
  .transform((text) => new Date(text))
  .refine((date) => date.getTime() >= EARLIEST && date.getTime() <= LATEST, TIME_RULE);

/** The query of GET /orders. */
export const listSchema = z
  .object({
    status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
    user_id: wholeNumber(INTEGER_MIN, INTEGER_MAX).optional(),
    /** Inclusive. */
    created_from: time.optional(),
    /** Exclusive, so that one range's end is the next one's beginning. */
    created_to: time.optional(),
    limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT),
    cursor: z
      .string()
      .transform((text, context) => {
        const position = decodeCursor(text);
        if (position) return position;
        context.addIssue('must be the next_cursor of an earlier answer, unchanged');
        return z.NEVER;
      })
      .optional(),
  })
  .refine(({ created_from: from, created_to: to }) => !from || !to || from <= to, {
    path: ['created_to'],
    error: 'must not be before created_from',
  });
