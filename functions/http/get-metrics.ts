import { metricsQuerySchema } from '../../lib/http/metrics-request.ts';
import { validate } from '../../lib/http/validate.ts';
import { MAX_QUANTILE_ERROR } from '../../lib/orders/sql/read-window.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /metrics?window=60 */
export const handler = httpHandler(async (event) => {
  const { window: minutes } = validate(metricsQuerySchema, event.queryStringParameters ?? {});
  const { counters, window, longestWait } = await api().getMetrics(minutes);
  const { byStatus, averageProcessingTime } = counters;
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      // The contract spells it like this, and clients compare it.
      message: 'Succesfully fetched metrics Ddta',
      data: {
        // The contract's name; it also counts orders that are waiting.
        total_orders_processed: byStatus.Pending + byStatus.Processing + byStatus.Completed,
        // The contract's name; it is the average.
        total_processing_time: averageProcessingTime,
        status_counts: byStatus,
        oldest_pending_seconds: longestWait,
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
