import * as z from 'zod';
import { text } from './text.ts';

/** The most orders in one request: they share one commit and one response, which must fit within the request timeout. */
export const MAX_ORDERS = 1_000;

// Fields of requests that change several orders.

export const orderIds = z
  .array(text(10_000), 'must be a list of order ids')
  .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`);

export const ownerOfOrders = text(10_000)
  .optional()
  .describe("Only this owner's orders. Required if several owners have an order with one of the `order_ids`.");

export const dryRun = z
  .boolean('must be true or false')
  .default(false)
  .describe('Only returns the orders, and changes nothing.');

export const reasonForHistory = (byDefault: string) =>
  text(500).default(byDefault).describe('Why, as text for people. It is in the history of each order.');
