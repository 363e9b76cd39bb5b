import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import * as z from 'zod';
import { LONGEST_WAIT_SECONDS } from '../config.ts';
import { FINISHED } from '../orders/order.ts';
import type { FoundOrder } from '../orders/sql/read-order.ts';
import type { Wait } from '../orders/wait-for-order.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { presentWithSteps } from './present-order.ts';
import { validate } from './validate.ts';
import { wholeNumber } from './whole-number.ts';

/** The query parameter of GET /orders/{order_id}. */
export const wait = wholeNumber(0, LONGEST_WAIT_SECONDS, 'seconds')
  .optional()
  .meta({
    description:
      'Seconds to wait: with `If-None-Match`, until the order has another ETag, and otherwise until it is Completed, Failed or Cancelled. ' +
      'After that time, the response is the order as it is, or 304. The service can respond earlier, because it limits how long and how many requests wait: then pause for a second.',
  });
const waitQuery = z.object({ wait });

/** The local stack adds this to the context of a function. API Gateway does not say when a caller is gone. */
interface LocalContext extends Context {
  readonly callerGone?: AbortSignal;
}

/**
 * What the caller of a request waits for, if it waits.
 * @throws HttpError 400 if `wait` is not an integer from 0 to 25
 */
export function waitOf(event: APIGatewayProxyEventV2, context: LocalContext): Wait {
  const { wait: seconds = 0 } = validate(waitQuery, { wait: event.queryStringParameters?.wait });
  const ifNoneMatch = event.headers?.['if-none-match'];
  const isAwaited = (order: FoundOrder) =>
    ifNoneMatch === undefined
      ? FINISHED.includes(order.status)
      : !matchesEtag(etagOf(JSON.stringify(presentWithSteps(event, order))), ifNoneMatch);
  return { seconds, isAwaited, remainingMs: () => context.getRemainingTimeInMillis(), callerGone: context.callerGone };
}
