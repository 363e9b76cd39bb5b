import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import type { SignalOutcome } from '../orders/signal-order.ts';
import { MAX_SIGNALS } from '../orders/sql/order-signals.ts';
import { STEP_NAME } from '../orders/steps/check-arguments.ts';
import { MAX_RESULT_BYTES } from '../orders/steps/results.ts';
import { HttpError, validationError } from './http-error.ts';
import { type AskedOrder, orderToChange } from './order-id.ts';
import { readJson } from './read-json.ts';
import type { HttpResponse } from './response.ts';
import { validate } from './validate.ts';

const name = z
  .string('must be the name of the signal')
  .regex(STEP_NAME, 'must have 1 to 100 characters, none of them control characters or lone surrogates');

/**
 * The order, the name and the payload in a request.
 * @throws HttpError 400, 404 or 413
 */
export function signalOf(
  event: APIGatewayProxyEventV2,
): AskedOrder & { readonly name: string; readonly payload: string } {
  const order = orderToChange(event, { name });
  const given = { name: event.pathParameters?.name ?? event.queryStringParameters?.name };
  return { ...order, ...validate(z.object({ name }), given), payload: payloadOf(event) };
}

/**
 * The payload as the JSON text that is stored; `null` without a body. Parsed and written again, so that white space does not make
 * another payload of it.
 * @throws HttpError 400 or 413
 */
export function payloadOf(event: APIGatewayProxyEventV2): string {
  if (!event.body) return 'null';
  const payload = JSON.stringify(readJson(event));
  if (Buffer.byteLength(payload) > MAX_RESULT_BYTES)
    throw validationError([{ path: '', message: `must have at most ${MAX_RESULT_BYTES} bytes as JSON` }]);
  return payload;
}

/**
 * The response for a signal that is stored: 202 for the first request, 200 for a repeated one.
 * @throws HttpError 404 or 409 if it is not
 */
export function signalResponse(outcome: SignalOutcome | undefined, orderId: string, name: string): HttpResponse {
  const stored = (statusCode: number) => ({ statusCode, body: { order_id: orderId, name, outcome } });
  switch (outcome) {
    case undefined:
      throw new HttpError('order_not_found', 'Order not found');
    case 'stored':
      return stored(202);
    case 'repeated':
      return stored(200);
    case 'conflicting':
      throw new HttpError('signal_exists', 'The order has this signal with another payload. The first one counts.');
    case 'timed-out':
      throw new HttpError('signal_too_late', 'The wait for this signal has timed out.');
    case 'earlier-run':
      throw new HttpError('signal_too_late', 'The signal is for a run of the order that has ended.');
    case 'too-many':
      throw new HttpError('too_many_signals', `The order has reached the signal limit (${MAX_SIGNALS}).`);
    default:
      throw new HttpError('wrong_status', `The order is ${outcome.status}. Only an unfinished order takes signals.`);
  }
}
