import { amendmentSchema, ifMatchOf } from '../../lib/http/amendment.ts';
import { callerOf } from '../../lib/http/caller.ts';
import { etagOf, hasWeakEtag, matchesStrongly } from '../../lib/http/etag.ts';
import { HttpError } from '../../lib/http/http-error.ts';
import { orderToChange } from '../../lib/http/order-id.ts';
import { presentWithSteps } from '../../lib/http/present-order.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { validate } from '../../lib/http/validate.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';
import { MONEY } from './accept-order.ts';

/** PATCH /orders/{order_id}, PATCH /order?order_id= */
export const handler = httpHandler(async (event) => {
  const { orderId, owner } = orderToChange(event);
  const ifMatch = ifMatchOf(event);
  const amendment = validate(amendmentSchema, readJson(event, MONEY));
  const outcome = await api().amendOrder(
    orderId,
    owner,
    (order) => matchesStrongly(etagOf(JSON.stringify(presentWithSteps(event, order))), ifMatch),
    amendment,
    callerOf(event).actor,
  );
  if (!outcome) throw new HttpError('order_not_found', 'Order not found');
  if (outcome === 'another-version')
    throw new HttpError(
      'order_changed',
      hasWeakEtag(ifMatch)
        ? 'If-Match has a weak ETag (W/), which never matches. Send the ETag without W/.'
        : 'The order has changed since it had the ETag in If-Match.',
    );
  if ('ending' in outcome) throw new HttpError('wrong_status', 'The order is being cancelled or undone.');
  if ('begun' in outcome)
    throw new HttpError(
      'wrong_status',
      'A recorded step has used the values of the order. Only process_after can be changed.',
    );
  if ('status' in outcome)
    throw new HttpError('wrong_status', `The order is ${outcome.status}. Only a Pending order can be changed.`);
  const body = presentWithSteps(event, outcome.order);
  return { statusCode: 200, headers: { etag: etagOf(JSON.stringify(body)) }, body };
});
