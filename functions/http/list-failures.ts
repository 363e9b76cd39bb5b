import { ownerFilterOf } from '../../lib/http/caller.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /failures */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const groups = await api().countFailures(ownerFilterOf(event));
  return {
    statusCode: 200,
    body: {
      failures: groups.map(({ reasonCode, orders, oldest, newest }) => ({
        reason_code: reasonCode,
        orders,
        oldest: oldest?.toISOString() ?? null,
        newest: newest?.toISOString() ?? null,
      })),
    },
  };
});
