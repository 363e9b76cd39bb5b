import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import type { Amendment } from '../orders/amend-order.ts';
import { HttpError } from './http-error.ts';
import { ITEMS_EXCLUDE_EACH_OTHER, isObject, itemIds, totalAmount, userId } from './new-order.ts';
import { nullableDetails, toDetails } from './order-details.ts';

/** The body of PATCH /orders/{order_id}. */
export const amendmentSchema = z
  .strictObject(
    {
      user_id: userId.optional(),
      item_ids: itemIds.optional(),
      total_amount: totalAmount.optional(),
      ...nullableDetails,
    },
    'must be a JSON object',
  )
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    error: 'must have at least one field to change',
    when: ({ issues }) => issues.length === 0,
  })
  .refine((body) => body.item_ids === undefined || !body.items, { ...ITEMS_EXCLUDE_EACH_OTHER, when: isObject })
  .meta({
    description: 'The fields to change. Each replaces the whole value; null removes an optional one.',
    minProperties: 1,
    not: { required: ['item_ids', 'items'], properties: { items: { type: 'array' } } },
  })
  .transform(
    ({ user_id, item_ids, total_amount, ...details }): Amendment => ({
      userId: user_id,
      itemIds: item_ids,
      totalAmount: total_amount,
      details: toDetails(details),
      changed: Object.entries({ user_id, item_ids, total_amount, ...details }).flatMap(([name, value]) =>
        value === undefined ? [] : [name],
      ),
    }),
  );

/**
 * The If-Match header of a request.
 * @throws HttpError 428 without one, so that nobody overwrites a change that they have not seen
 */
export function ifMatchOf(event: APIGatewayProxyEventV2): string {
  const ifMatch = event.headers?.['if-match'];
  if (ifMatch !== undefined) return ifMatch;
  throw new HttpError('if_match_required', 'Send the ETag of the order that you want to change in If-Match.');
}
