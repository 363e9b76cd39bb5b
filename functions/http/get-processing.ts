import { presentProcessing } from '../../lib/http/present-processing.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /processing */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  return { statusCode: 200, body: presentProcessing(event, await api().readProcessing()) };
});
