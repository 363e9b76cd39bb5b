import { acceptOrder, MONEY } from '../../lib/http/accept-order.ts';
import { callerOf } from '../../lib/http/caller.ts';
import { httpHandler } from '../../lib/http/handler.ts';
import { readIdempotencyKey } from '../../lib/http/idempotency-key.ts';
import { readJson } from '../../lib/http/read-json.ts';

/** POST /orders */
export const handler = httpHandler(async (event) =>
  acceptOrder(readJson(event, MONEY), callerOf(event).owner, readIdempotencyKey(event)),
);
