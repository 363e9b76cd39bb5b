import { presentProcessing } from '../../lib/http/present-processing.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';
import { runtime } from '../../lib/runtime/runtime.ts';

/** GET /processing */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  return { statusCode: 200, body: presentProcessing(event, await runtime().readProcessing()) };
});
