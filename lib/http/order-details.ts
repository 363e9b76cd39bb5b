import * as z from 'zod';
import { isStorable } from '../order-key.ts';
import type { Metadata, SentDetails } from '../orders/order.ts';
import { amount } from './amount.ts';
import { text } from './text.ts';
import { timeOf } from './time.ts';

const MAX_ITEMS = 1_000;
/** Stripe has these bounds, so that metadata can be passed on. */
const MAX_KEYS = 50;
const MAX_KEY = 40;
const MAX_VALUE = 500;
/** More than any price has. Together with the limits of a body, it bounds the size of an order: 1e-999 would be 1,000 digits. */
const PRICE_DECIMALS = 20;
const MAX_QUANTITY = 2_147_483_647;
const QUANTITY_RULE = `must be a whole number from 1 to ${MAX_QUANTITY}`;

/** The codes in use. Known to Node itself, so that they are up to date with the runtime. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export const metadata = z
  .unknown()
  .meta({
    description: `Your own data about it: up to ${MAX_KEYS} keys of 1 to ${MAX_KEY} characters, with values of at most ${MAX_VALUE} characters.`,
    type: 'object',
    maxProperties: MAX_KEYS,
    propertyNames: { minLength: 1, maxLength: MAX_KEY, pattern: '^[^\\u0000]*$' },
    additionalProperties: { type: 'string', maxLength: MAX_VALUE, pattern: '^[^\\u0000]*$' },
    examples: [{ channel: 'web' }],
  })
  .transform((value, context): Metadata => {
    // Checked by hand, because z.record ignores a key named __proto__.
    const issue = (path: string[], message: string) =>
      context.issues.push({ code: 'custom', input: value, path, message });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) issue([], 'must be an object of strings');
    const entries = Object.entries(value ?? {});
    if (entries.length > MAX_KEYS) issue([], `must have at most ${MAX_KEYS} keys`);
    for (const [key, content] of entries) {
      if (!isText(key, MAX_KEY) || key === '')
        issue([key], `must have a key of 1 to ${MAX_KEY} characters, without NUL or lone surrogates`);
      if (!isText(content, MAX_VALUE))
        issue([key], `must be a string of at most ${MAX_VALUE} characters, without NUL or lone surrogates`);
    }
    return Object.fromEntries(entries);
  });

function isText(value: unknown, max: number): value is string {
  // Characters, as JSON Schema and Postgres count them, not UTF-16 units.
  return isStorable(value) && [...value].length <= max;
}

const item = z
  .strictObject(
    {
      sku: text(255).meta({ description: 'Identifies what was ordered.', examples: ['MUG-BLUE'] }),
      quantity: z
        .int(QUANTITY_RULE)
        .min(1, QUANTITY_RULE)
        .max(MAX_QUANTITY, QUANTITY_RULE)
        .meta({ description: 'How many were ordered.', examples: [2] }),
      unit_price: amount(PRICE_DECIMALS, {
        description: `The price of one, stored exactly as you send it: at least 0 and less than 1e12, with at most ${PRICE_DECIMALS} decimals.`,
        examples: ['4.75'],
      }),
      metadata: metadata.optional(),
    },
    'must be a JSON object',
  )
  .describe('A line of the order.');

/** A year, leap years included. */
const MAX_AHEAD_MS = 366 * 86_400_000;
const TIME_RULE = 'must be a time with its zone, such as 2026-11-23T09:30:00Z, from 1970 to a year from now';

const processAfter = timeOf(
  TIME_RULE,
  'The order is not processed before this time, at most a year from now. A time in the past has no effect.',
).refine((date) => date.getTime() <= Date.now() + MAX_AHEAD_MS, TIME_RULE);

const currency = z
  .string('must be a string')
  .refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 currency code in capital letters, such as EUR')
  .meta({
    description: 'The currency of the amounts: an ISO 4217 code that is in use.',
    pattern: '^[A-Z]{3}$',
    examples: ['EUR'],
  });

const customerRef = text(255).meta({ description: 'Your own reference to the customer.', examples: ['customer-17'] });

const items = z
  .array(item, 'must be a list of items')
  .max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`)
  .describe('The items with quantities and prices, as an alternative to `item_ids`. The list may be empty.');

/** Optional fields of an order. */
export const orderDetails = {
  currency: currency.optional(),
  customer_ref: customerRef.optional(),
  metadata: metadata.optional(),
  items: items.optional(),
  process_after: processAfter.optional(),
};

/** The same of a change, in which null removes the value. */
export const nullableDetails = {
  currency: currency.nullish().describe('The new currency; null removes it.'),
  customer_ref: customerRef.nullish().describe('The new reference to the customer; null removes it.'),
  metadata: metadata.nullish().describe('Your new data, which replaces the earlier data; null removes it.'),
  items: items.nullish().describe('The new items, which replace the earlier ones; null removes them.'),
  process_after: processAfter
    .nullish()
    .describe('The new time before which the order is not processed; null lets it be processed now.'),
};

export function toDetails(body: z.output<z.ZodObject<typeof nullableDetails>>): SentDetails {
  return {
    currency: body.currency,
    customerRef: body.customer_ref,
    processAfter: body.process_after,
    metadata: body.metadata,
    items: body.items?.map(({ unit_price: unitPrice, ...rest }) => ({ ...rest, unitPrice })) ?? (body.items as null),
  };
}
