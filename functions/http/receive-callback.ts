import { HttpError } from '../../lib/http/http-error.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { payloadOf, signalResponse } from '../../lib/http/signal-request.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /callbacks/{token} */
export const handler = httpHandler(
  async (event) => {
    refuseQuery(event);
    const signal = await api().readCallback(event.pathParameters?.token ?? '');
    if (!signal) throw new HttpError('callback_not_found', 'This callback URL is not one of this service.');
    const actor = `callback ${event.requestContext.requestId}`;
    const outcome = await api().signalOrder({ ...signal, payload: payloadOf(event) }, actor);
    return signalResponse(outcome, signal.orderId, signal.name);
  },
  { isPublic: true },
);
