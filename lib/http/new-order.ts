import Big from 'big.js';
import * as z from 'zod';
import type { NewOrder } from '../orders/order.ts';

/** Postgres `integer` (PostgreSQL documentation, 8.1). */
const INTEGER_MIN = -2_147_483_648;
const INTEGER_MAX = 2_147_483_647;
const INTEGER_RANGE = `must be a whole number from ${INTEGER_MIN} to ${INTEGER_MAX}`;

const MAX_ITEMS = 1_000;
/** Exclusive. */
const MAX_AMOUNT = 1e12;
/** The longest text of an amount. Because of exponents, a short text can represent a long number, so the decimals have a limit too. */
const MAX_AMOUNT_TEXT = 1_000;
const MAX_DECIMALS = 1_000;

/** Characters that JSON clients, Postgres or SQS do not pass on unchanged: control characters, U+FFFE, U+FFFF. */
const FORBIDDEN_CHARACTERS = /[\p{Cc}\ufffe\uffff]/u;

/** Path segments that every client resolves before it sends a request, even if they are encoded (WHATWG URL, 4.4). */
const DOT_SEGMENTS: readonly string[] = ['.', '..'];

/** True for text that is a valid order id: 1 to 255 characters, each of which can be stored and sent. */
export function isOrderId(text: string): boolean {
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

/** The exact decimal text of an amount, including trailing zeros (9.50), or undefined if it is not an amount. */
function toAmount(text: string): string | undefined {
  const digits = text.trim().replace(/^\+/, '');
  if (digits.length > MAX_AMOUNT_TEXT || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,6})?$/i.test(digits)) return undefined;
  const amount = new Big(digits.replace(/\.(?=$|e)/i, ''));
  if (amount.lt(0) || amount.gte(MAX_AMOUNT) || amount.c.length - amount.e - 1 > MAX_DECIMALS) return undefined;
  const writtenDecimals = /^[^e]*\.(\d*)$/i.exec(digits)?.[1]?.length;
  return amount.abs().toFixed(writtenDecimals);
}

/** Clients send an amount as a JSON number, whose digits readJson keeps as text, or as a numeric string. */
const amount = z
  .string('must be a number')
  .meta({
    description:
      'An amount of money, stored exactly as you send it (9.50 stays 9.50): at least 0 and less than 1e12. Send it as a string if a float cannot represent it.',
    type: ['number', 'string'],
    minimum: 0,
    exclusiveMaximum: MAX_AMOUNT,
    // The documented pattern of strings; the code also accepts exponents.
    pattern: '^[0-9]{1,12}(\\.[0-9]{1,100})?$',
    examples: [19.99],
  })
  .transform((text, context) => {
    const exact = toAmount(text);
    if (exact !== undefined) return exact;
    context.addIssue(`must be a finite number, at least 0 and less than 1e12, with at most ${MAX_DECIMALS} decimals`);
    return z.NEVER;
  });

/** The body of POST /orders. `status` is accepted for compatibility with old clients and ignored. */
export const newOrderSchema = z
  .strictObject(
    {
      order_id: orderId,
      user_id: wholeNumber.meta({ description: 'The user who orders.' }),
      item_ids: z
        .array(wholeNumber, 'must be a list of whole numbers')
        .max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`)
        .meta({ description: 'The items. The list may be empty.' }),
      total_amount: amount,
      status: z
        .enum(['Pending', 'Processing', 'Completed'], 'must be one of Pending, Processing, Completed')
        .optional()
        .meta({ description: 'Ignored: every order starts Pending.', deprecated: true }),
    },
    'must be a JSON object',
  )
  .meta({ description: 'An order to create.' })
  .transform(
    (body): NewOrder => ({
      orderId: body.order_id,
      userId: body.user_id,
      itemIds: body.item_ids,
      totalAmount: body.total_amount,
    }),
  );
