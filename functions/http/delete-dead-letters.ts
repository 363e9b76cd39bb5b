import { callerOf } from '../../lib/http/caller.ts';
import { deadLetterSelectionSchema } from '../../lib/http/dead-letters-request.ts';
import { readBody } from '../../lib/http/read-json.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { deleteDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** POST /dead-letters/delete */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const { message_ids: messageIds, reason = null } = readBody(event, deadLetterSelectionSchema);
  const { done, notFound } = await deleteDeadLetters(messageIds, { actor: callerOf(event).actor, reason });
  return { statusCode: 200, body: { message_ids: done, not_found: notFound } };
});
