import { ownerFilterOf } from '../../lib/http/owner-filter.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';
import { runtime } from '../../lib/runtime/runtime.ts';

/** GET /failures */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const groups = await runtime().countFailures(ownerFilterOf(event));
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
