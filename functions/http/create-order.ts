import { callerOf } from '../../lib/http/caller.ts';
import { readIdempotencyKey } from '../../lib/http/idempotency-key.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';
import { acceptOrder, MONEY } from './accept-order.ts';

/** POST /orders */
export const handler = httpHandler(async (event) =>
  acceptOrder(readJson(event, MONEY), callerOf(event), readIdempotencyKey(event)),
);
