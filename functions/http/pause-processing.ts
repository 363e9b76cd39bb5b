import { callerOf } from '../../lib/http/caller.ts';
import { presentProcessing } from '../../lib/http/present-processing.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { readReason } from '../../lib/http/reason-request.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /processing/pause */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const change = { actor: callerOf(event).actor, reason: readReason(event) };
  return { statusCode: 200, body: presentProcessing(event, await api().setProcessing(true, change)) };
});
