import * as z from 'zod';
import { STATUSES } from '../../orders/order.ts';
import { metricsQuerySchema } from '../metrics-request.ts';
import { count, seconds, time } from './common.ts';
import { HEALTHY, METRICS, UNHEALTHY } from './examples.ts';
import type { Operation } from './operation.ts';
import { INVALID, retryAfter } from './responses.ts';

const average = seconds.nullable().describe('The average in seconds.');
const p50 = seconds.nullable().describe('Half of the orders took at most this many seconds.');
const p95 = seconds.nullable().describe('95% of the orders took at most this many seconds.');

const minuteSchema = z.object({
  minute: time.describe('The start of the minute.'),
  created: count.describe('Orders created in this minute.'),
  completed: count.describe('Orders that became Completed in this minute.'),
  failed: count.describe('Orders that became Failed in this minute.'),
  retried: count.describe('Attempts in this minute after which a retry was scheduled.'),
  cancelled: count.describe('Orders that became Cancelled in this minute.'),
  processing_seconds: z
    .object({ average, p95 })
    .describe('Processing times of the orders that became Completed in this minute; null if there were none.'),
});

export const metricsSchema = z
  .object({
    status_code: z.literal(200).describe('The HTTP status code of this response.'),
    // The contract spells it like this, and clients compare it.
    message: z
      .literal('Succesfully fetched metrics Ddta')
      .describe('Always this text, which clients of the old service compare.'),
    data: z
      .object({
        total_orders_processed: count.describe(
          'The number of Pending, Processing and Completed orders. The name is inherited from the old service.',
        ),
        total_processing_time: seconds.describe(
          'The average processing time of Completed orders in seconds; 0 if there are none.',
        ),
        status_counts: z
          .object(Object.fromEntries(STATUSES.map((status) => [status, count.describe(`Orders that are ${status}.`)])))
          .describe('The number of orders in each status.'),
        oldest_pending_seconds: seconds.describe(
          'The longest wait in seconds of a Pending order that could be claimed; 0 if there is none. Orders in backoff do not count, and a redriven order waits since its redrive. The alarm and `MAX_PENDING_AGE_SECONDS` use the same number.',
        ),
        window: z
          .object({
            minutes: count.describe('How many minutes the window covers.'),
            processing_seconds: z
              .object({
                average,
                p50,
                p95,
                quantile_error: z
                  .number()
                  .describe('The maximum relative error of p50 and p95, which are read from a histogram.'),
              })
              .describe('Processing times of the orders that became Completed in the window; null if there were none.'),
            failures: z
              .record(z.string(), count)
              .describe('The number of orders that became Failed in the window, by reason code.'),
            per_minute: z.array(minuteSchema).describe('The minutes with any activity, oldest first.'),
          })
          .describe('What happened in the last minutes.'),
      })
      .describe('The metrics.'),
  })
  .describe('The metrics of the whole service.');

const health = {
  live: z.literal(true).describe('The service replies.'),
  checks: z
    .object({
      database: z.enum(['ok', 'failing', 'read-only']).describe('Whether the database replies and accepts writes.'),
      queue: z.enum(['ok', 'failing']).describe('Whether the order queue replies.'),
    })
    .describe('The result of each check.'),
  processing: z
    .enum(['running', 'paused', 'unknown'])
    .describe('Whether processing is paused; unknown while the database does not reply.'),
};

export const healthySchema = z
  .object({
    status: z.literal('ok').describe('The result of all checks.'),
    ready: z.literal(true).describe('The service accepts orders.'),
    ...health,
  })
  .describe('The service is ready.');

export const unhealthySchema = z
  .object({
    status_code: z.literal(503).describe('The HTTP status code of this response.'),
    code: z.literal('unavailable').describe('What went wrong, as a stable code for programs.'),
    message: z.string().describe('Lists the failing checks.'),
    status: z.literal('failing').describe('The result of all checks.'),
    ready: z.literal(false).describe('The service may not accept orders.'),
    ...health,
  })
  .describe('The service is not ready.');

export const getMetrics: Operation = {
  tag: 'Monitoring',
  summary: 'Get metrics',
  description:
    'Counts orders by status, with the average processing time of Completed orders. Takes the same time however many orders there are.',
  parameters: { query: metricsQuerySchema },
  responses: {
    200: { description: 'The metrics.', schema: metricsSchema, examples: { metrics: METRICS } },
    ...INVALID,
  },
};

export const getHealth: Operation = {
  tag: 'Monitoring',
  summary: 'Check the health of the service',
  description: 'Needs no credential, so that a load balancer or a monitor can call it.',
  responses: {
    200: {
      description: 'The service is ready. It is also ready while processing is paused.',
      schema: healthySchema,
      examples: { ready: HEALTHY },
    },
    ...INVALID,
    503: {
      description: 'The service is not ready: a check fails.',
      schema: unhealthySchema,
      examples: { not_ready: UNHEALTHY },
      headers: retryAfter(true),
    },
  },
};
