import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { httpHandler } from '../../lib/http/handler.ts';
import { validationError } from '../../lib/http/http-error.ts';
import { MAX_QUANTILE_ERROR } from '../../lib/orders/sql/read-window.ts';
import { runtime } from '../../lib/runtime.ts';

/** Minutes. A day is what is kept by the minute for certain, and what an answer of reasonable size can list. */
const MAX_WINDOW = 1_440;
const DEFAULT_WINDOW = 60;

/** GET /metrics?window=60 */
export const handler = httpHandler(async (event) => {
  const minutes = readWindowLength(event);
  const { counters, window, oldestPendingAge } = await runtime().getMetrics(minutes);
  const { byStatus, averageProcessingTime } = counters;
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      // Spelt so in the contract; clients compare it.
      message: 'Succesfully fetched metrics Ddta',
      data: {
        // The contract's name; it counts those that are waiting, too.
        total_orders_processed: byStatus.Pending + byStatus.Processing + byStatus.Completed,
        // The contract's name; it is the average.
        total_processing_time: averageProcessingTime,
        status_counts: byStatus,
        oldest_pending_seconds: oldestPendingAge,
        window: {
          minutes,
          processing_seconds: { ...window.processing, quantile_error: Number(MAX_QUANTILE_ERROR.toFixed(3)) },
          failures: window.failures,
          per_minute: window.minutes.map(({ minute, processing, ...counts }) => ({
            minute: minute.toISOString(),
            ...counts,
            processing_seconds: processing,
          })),
        },
      },
    },
  };
});

function readWindowLength(event: APIGatewayProxyEventV2): number {
  const text = event.queryStringParameters?.window;
  if (text === undefined) return DEFAULT_WINDOW;
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= MAX_WINDOW) return minutes;
  throw validationError([{ path: 'window', message: `must be a whole number of minutes from 1 to ${MAX_WINDOW}` }]);
}
