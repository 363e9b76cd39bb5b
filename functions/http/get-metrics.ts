import { httpHandler } from '../../lib/http/handler.ts';
import { runtime } from '../../lib/runtime.ts';

/** GET /metrics */
export const handler = httpHandler(async () => {
  const { byStatus, averageProcessingTime } = await runtime().readCounters();
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      // Spelt so in the contract; clients compare it.
      message: 'Succesfully fetched metrics Ddta',
      data: {
        total_orders_processed: byStatus.Pending + byStatus.Processing + byStatus.Completed,
        total_processing_time: averageProcessingTime,
        status_counts: byStatus,
      },
    },
  };
});
