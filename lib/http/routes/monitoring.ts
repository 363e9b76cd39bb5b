import * as z from 'zod';
import { metricsQuerySchema } from '../metrics-request.ts';
import { count, INVALID, retryAfter, seconds, time } from './common.ts';
import type { Operation } from './operation.ts';

const minuteSchema = z.object({
  minute: time,
  created: count,
  completed: count,
  failed: count,
  retried: count,
  cancelled: count,
  processing_seconds: z.object({ average: seconds.nullable(), p95: seconds.nullable() }),
});

export const metricsSchema = z.object({
  status_code: z.literal(200),
  // The contract spells it like this, and clients compare it.
  message: z.literal('Succesfully fetched metrics Ddta'),
  data: z.object({
    total_orders_processed: count.meta({
      description:
        'The number of Pending, Processing and Completed orders. The name is inherited from the old service.',
    }),
    total_processing_time: seconds.meta({
      description: 'The average processing time of Completed orders in seconds; 0 if there are none.',
    }),
    status_counts: z.object({
      Pending: count,
      Processing: count,
      Waiting: count,
      Completed: count,
      Failed: count,
      Cancelled: count,
    }),
    oldest_pending_seconds: seconds.meta({
      description: 'The age of the oldest Pending order in seconds; 0 if there is none.',
    }),
    window: z.object({
      minutes: count,
      processing_seconds: z
        .object({
          average: seconds.nullable(),
          p50: seconds.nullable(),
          p95: seconds.nullable(),
          quantile_error: z
            .number()
            .meta({ description: 'The maximum relative error of p50 and p95, which are read from a histogram.' }),
        })
        .meta({
          description: 'Processing times of the orders that became Completed in the window; null if there were none.',
        }),
      failures: z
        .record(z.string(), count)
        .meta({ description: 'The number of orders that became Failed in the window, by reason code.' }),
      per_minute: z.array(minuteSchema).meta({ description: 'The minutes with any activity, oldest first.' }),
    }),
  }),
});

const check = z.enum(['ok', 'failing']);

const health = {
  live: z.literal(true),
  checks: z.object({ database: z.enum(['ok', 'failing', 'read-only']), queue: check }),
  processing: z.enum(['running', 'paused', 'unknown']),
};

export const healthySchema = z.object({ status: z.literal('ok'), ready: z.literal(true), ...health });

export const unhealthySchema = z.object({
  status_code: z.literal(503),
  code: z.literal('unavailable'),
  message: z.string().meta({ description: 'Lists the failing checks.' }),
  status: z.literal('failing'),
  ready: z.literal(false),
  ...health,
});

export const getMetrics: Operation = {
  tag: 'Monitoring',
  summary: 'Get metrics',
  description: 'Takes the same time however many orders there are.',
  parameters: { query: metricsQuerySchema },
  answers: { 200: { description: 'The metrics.', schema: metricsSchema }, ...INVALID },
};

export const getHealth: Operation = {
  tag: 'Monitoring',
  summary: 'Check the health of the service',
  answers: {
    200: { description: 'The service is ready. It is also ready while processing is paused.', schema: healthySchema },
    ...INVALID,
    503: {
      description: 'The service is not ready: a check fails.',
      schema: unhealthySchema,
      headers: retryAfter(true),
    },
  },
};
