import { callerOf } from '../../lib/http/caller.ts';
import { signalOf, signalResponse } from '../../lib/http/signal-request.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /orders/{order_id}/signals/{name}, POST /order/signals?order_id=&name= */
export const handler = httpHandler(async (event) => {
  const signal = signalOf(event);
  const outcome = await api().signalOrder({ ...signal, run: null }, callerOf(event).actor);
  return signalResponse(outcome, signal.orderId, signal.name);
});
