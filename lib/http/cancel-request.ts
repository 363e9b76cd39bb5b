import * as z from 'zod';
import { text } from './text.ts';

/** The most orders in one request, as in one redrive: they share one commit and one response. */
const MAX_ORDERS = 1_000;

/** The body of POST /orders/cancel. */
export const cancelSchema = z
  .strictObject(
    {
      order_ids: z
        .array(text(10_000), 'must be a list of order ids')
        .min(1, 'must not be empty')
        .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`)
        .describe('The ids of the orders.'),
      owner: text(10_000)
        .optional()
        .describe("Only this owner's orders. Required if several owners have an order with one of the `order_ids`."),
      dry_run: z
        .boolean('must be true or false')
        .default(false)
        .describe('Only returns the orders, and changes nothing.'),
      reason: text(500)
        .default('cancelled over HTTP')
        .describe('Why, as text for people. It is in the history of each order.'),
    },
    'must be a JSON object',
  )
  .describe('Which orders to cancel.');
