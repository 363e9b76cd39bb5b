import * as z from 'zod';
import { type NewOrder, someDetails } from '../orders/order.ts';
import { amount } from './amount.ts';
import { orderDetails, toDetails } from './order-details.ts';

/** Postgres `integer` (PostgreSQL documentation, 8.1). */
export const INTEGER_MIN = -2_147_483_648;
export const INTEGER_MAX = 2_147_483_647;
const INTEGER_RANGE = `must be a whole number from ${INTEGER_MIN} to ${INTEGER_MAX}`;

const MAX_ITEMS = 1_000;
const ITEM_IDS_RULE = 'must be a list of whole numbers';
/** Decimals of total_amount. */
const MAX_DECIMALS = 1_000;

/** Characters that JSON clients, Postgres or SQS do not pass on unchanged: control characters, U+FFFE, U+FFFF. */
const FORBIDDEN_CHARACTERS = /[\p{Cc}\ufffe\uffff]/u;

/** Path segments that every client resolves before it sends a request, even if they are encoded (WHATWG URL, 4.4). */
const DOT_SEGMENTS: readonly string[] = ['.', '..'];

/** True for text that is a valid order id: 1 to 255 characters, each of which can be stored and sent. */
function isOrderId(text: string): boolean {
  // Characters, as Postgres counts them, not UTF-16 units.
  const length = [...text].length;
  return (
    length >= 1 &&
    length <= 255 &&
    text.isWellFormed() &&
    !FORBIDDEN_CHARACTERS.test(text) &&
    !DOT_SEGMENTS.includes(text)
  );
}

const orderId = z
  .string('must be a string')
  .refine(
    isOrderId,
    'must have 1 to 255 characters, none of them control characters or lone surrogates, and must not be "." or ".."',
  )
  .meta({
    description:
      'The id that you choose for the order. It must never be reused: 1 to 255 characters, none of them control characters, not `.` or `..`.',
    minLength: 1,
    maxLength: 255,
    pattern: '^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$',
    examples: ['ORD-1'],
  });

/** Clients send whole numbers as integers, whole floats (2.0) and strings of digits ("5"). */
const wholeNumber = z
  .union(
    [
      z.number().meta({ type: 'integer', minimum: INTEGER_MIN, maximum: INTEGER_MAX, examples: [7] }),
      z
        .string()
        .regex(/^\s*[+-]?\d+\s*$/)
        // The documented pattern allows less than the code accepts, because the exact range needs a very long pattern.
        .meta({ pattern: '^[+-]?[0-9]{1,9}$', examples: ['7'] })
        .transform(Number),
    ],
    INTEGER_RANGE,
  )
  .refine((value) => Number.isInteger(value) && value >= INTEGER_MIN && value <= INTEGER_MAX, INTEGER_RANGE)
  // Turns -0 into 0, because Postgres returns -0 as "0".
  .transform((value) => value + 0);

export const userId = wholeNumber.describe('The user who orders.');

export const itemIds = z
  .array(wholeNumber, ITEM_IDS_RULE)
  .max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`)
  .describe('The items. The list may be empty. Required for a new order without `items`.');

export const totalAmount = amount(MAX_DECIMALS, {
  description:
    'An amount of money, stored exactly as you send it (9.50 stays 9.50): at least 0 and less than 1e12. Send it as a string if a float cannot represent it.',
  examples: [19.99],
});

export const ITEMS_EXCLUDE_EACH_OTHER = { path: ['items'], error: 'must not be sent together with item_ids' };

/** Lets a rule about several fields also report when another field is invalid. */
export const isObject = ({ value }: { readonly value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body of POST /orders. `status` is accepted for compatibility with old clients and ignored. */
export const newOrderSchema = z
  .strictObject(
    {
      order_id: orderId,
      user_id: userId,
      item_ids: itemIds.optional(),
      total_amount: totalAmount,
      ...orderDetails,
      status: z
        .enum(['Pending', 'Processing', 'Completed'], 'must be one of Pending, Processing, Completed')
        .optional()
        .meta({ description: 'Ignored: every order starts Pending.', deprecated: true }),
    },
    'must be a JSON object',
  )
  .refine((body) => body.item_ids !== undefined || body.items !== undefined, {
    path: ['item_ids'],
    error: ITEM_IDS_RULE,
    when: isObject,
  })
  .refine((body) => body.item_ids === undefined || body.items === undefined, {
    ...ITEMS_EXCLUDE_EACH_OTHER,
    when: isObject,
  })
  .meta({
    description: 'An order to create.',
    // Generators take a plain oneOf for several types, and leave the body without one.
    not: { not: { oneOf: [{ required: ['item_ids'] }, { required: ['items'] }] } },
  })
  .transform(
    (body): NewOrder => ({
      orderId: body.order_id,
      userId: body.user_id,
      itemIds: body.item_ids ?? [],
      totalAmount: body.total_amount,
      details: someDetails(toDetails(body)),
    }),
  );
