import { RETRY_AFTER_SECONDS } from '../../lib/http/http-error.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /health: live if it responds, ready if its dependencies respond as well. Paused processing is not a failure. */
export const handler = httpHandler(
  async (event) => {
    refuseQuery(event);
    const { checks, processing } = await api().checkHealth();
    const failing = Object.entries(checks).flatMap(([name, result]) => (result === 'ok' ? [] : [name]));
    if (failing.length === 0)
      return { statusCode: 200, body: { status: 'ok', live: true, ready: true, checks, processing } };
    return {
      statusCode: 503,
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      body: {
        status_code: 503,
        code: 'unavailable',
        message: `Not ready: ${checks.database === 'read-only' ? 'the database is read-only' : `${failing.join(' and ')} failing`}`,
        status: 'failing',
        live: true,
        ready: false,
        checks,
        processing,
      },
    };
  },
  { isPublic: true },
);
