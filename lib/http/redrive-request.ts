import { z } from 'zod';
import { text } from './text.ts';

/** Orders that one request takes: they are one commit and one answer, which must fit the time of a request. */
const MAX_ORDERS = 1_000;

/** The body of POST /orders/redrive. */
export const redriveSchema = z.strictObject(
  {
    order_ids: z
      .array(text(10_000), 'must be a list of order ids')
      .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`)
      .optional(),
    reason_code: text(100).optional(),
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
);
