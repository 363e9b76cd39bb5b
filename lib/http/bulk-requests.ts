import * as z from 'zod';
import { text } from './text.ts';

/** The most orders in one request: they share one commit and one response, which must fit within the request timeout. */
const MAX_ORDERS = 1_000;
const LIMIT_RULE = `must be a whole number from 1 to ${MAX_ORDERS}`;

const orderIds = z
  .array(text(10_000), 'must be a list of order ids')
  .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`);

const ownerOfOrders = text(10_000)
  .optional()
  .describe("Only this owner's orders. Required if several owners have an order with one of the `order_ids`.");

const dryRun = z
  .boolean('must be true or false')
  .default(false)
  .describe('Only returns the orders, and changes nothing.');

const reasonForHistory = (byDefault: string) =>
  text(500).default(byDefault).describe('Why, as text for people. It is in the history of each order.');

/** The body of POST /orders/cancel. */
export const cancelSchema = z
  .strictObject(
    {
      order_ids: orderIds.min(1, 'must not be empty').describe('The ids of the orders.'),
      owner: ownerOfOrders,
      dry_run: dryRun,
      reason: reasonForHistory('cancelled over HTTP'),
    },
    'must be a JSON object',
  )
  .describe('Which orders to cancel.');

const SELECTORS = ['order_ids', 'reason_code', 'all'] as const;

/**
 * The body of POST /orders/redrive. It must select orders explicitly: a request for one order can end up here if its id is
 * a path segment such as `.`. Such a request has no body, or only a reason, and must not redrive anything.
 */
export const redriveSchema = z
  .strictObject(
    {
      all: z.literal(true, 'must be true').optional().describe('Every Failed order.'),
      order_ids: orderIds.optional().describe('Only the Failed orders among these.'),
      reason_code: text(100)
        .nullable()
        .optional()
        .describe('Only orders that failed with this reason code; null selects orders that failed without one.'),
      after: text(10_000)
        .optional()
        .describe(
          'Continue after this order id, the last one of an earlier response, so that an order that fails again in the meantime is not redriven twice.',
        ),
      after_owner: text(10_000)
        .optional()
        .describe(
          'The owner of the order that `after` names, if it is not the `owner` or the caller: several owners can have an order with the same id.',
        ),
      owner: ownerOfOrders,
      limit: z
        .int(LIMIT_RULE)
        .min(1, LIMIT_RULE)
        .max(MAX_ORDERS, LIMIT_RULE)
        .default(100)
        .describe('The most orders to redrive.'),
      new_run: z
        .boolean('must be true or false')
        .default(false)
        .describe(
          'Starts a new run: the idempotency keys of these orders change, so that effects which were undone happen again.',
        ),
      dry_run: dryRun,
      reason: reasonForHistory('redriven over HTTP'),
    },
    'must be a JSON object',
  )
  .refine(
    (body) => SELECTORS.some((name) => body[name] !== undefined),
    'must select orders with "order_ids" or "reason_code", or every Failed order with "all": true',
  )
  // Requires at least one of them. `anyOf` with `required` would turn the type in client/api.ts into `unknown`, and
  // openapi-python-client cannot read `false` as a schema.
  .meta({
    description: 'Which Failed orders to redrive.',
    not: { properties: Object.fromEntries(SELECTORS.map((name) => [name, { not: {} }])) },
  });
