import * as z from 'zod';
import { dryRun, orderIds, ownerOfOrders, reasonForHistory } from './order-selection.ts';

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
