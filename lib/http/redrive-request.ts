import { z } from 'zod';
import { text } from './text.ts';

/** Orders that one request takes: they are one commit and one answer, which must fit the time of a request. */
const MAX_ORDERS = 1_000;

const SELECTORS = ['order_ids', 'reason_code', 'all'] as const;

/**
 * The body of POST /orders/redrive. It must say which orders: a request about one order that ends up here, because its id
 * is a path segment such as `.`, has no body or one with a reason, and must not redrive anything.
 */
export const redriveSchema = z
  .strictObject(
    {
      all: z.literal(true, 'must be true').optional().meta({ description: 'Every Failed order.' }),
      order_ids: z
        .array(text(10_000), 'must be a list of order ids')
        .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`)
        .optional(),
      reason_code: text(100)
        .nullable()
        .optional()
        .meta({ description: 'Only orders that failed with this code; null: those that failed without one.' }),
      after: text(10_000).optional().meta({
        description:
          'Goes on after this order id, the last of an earlier answer: an order that fails again meanwhile is not taken twice.',
      }),
      limit: z
        .int(`must be a whole number from 1 to ${MAX_ORDERS}`)
        .min(1, `must be a whole number from 1 to ${MAX_ORDERS}`)
        .max(MAX_ORDERS, `must be a whole number from 1 to ${MAX_ORDERS}`)
        .default(100),
      dry_run: z.boolean('must be true or false').default(false),
      reason: text(500).default('redriven over HTTP'),
    },
    'must be a JSON object',
  )
  .refine(
    (body) => SELECTORS.some((name) => body[name] !== undefined),
    'must say which orders: "order_ids", "reason_code", or "all": true for every Failed order',
  )
  // At least one of them. As `anyOf` with `required` it would turn the type in client/api.ts into `unknown`.
  .meta({ not: { properties: Object.fromEntries(SELECTORS.map((name) => [name, false])) } });
