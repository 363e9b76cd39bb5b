import * as z from 'zod';
import { metricsQuerySchema } from '../metrics-request.ts';
import { count, seconds, time } from './common.ts';
import { HEALTHY, METRICS, UNHEALTHY } from './examples.ts';
import type { Operation } from './operation.ts';
import { INVALID, retryAfter } from './responses.ts';

const average = seconds.nullable().meta({ description: 'The average in seconds.' });
const p50 = seconds.nullable().meta({ description: 'Half of the orders took at most this many seconds.' });
const p95 = seconds.nullable().meta({ description: '95% of the orders took at most this many seconds.' });

const minuteSchema = z.object({
  minute: time.meta({ description: 'The start of the minute.' }),
  created: count.meta({ description: 'Orders created in this minute.' }),
  completed: count.meta({ description: 'Orders that became Completed in this minute.' }),
  failed: count.meta({ description: 'Orders that became Failed in this minute.' }),
  retried: count.meta({ description: 'Attempts in this minute after which a retry was scheduled.' }),
  cancelled: count.meta({ description: 'Orders that became Cancelled in this minute.' }),
  processing_seconds: z.object({ average, p95 }).meta({
    description: 'Processing times of the orders that became Completed in this minute; null if there were none.',
  }),
});

export const metricsSchema = z
  .object({
    status_code: z.literal(200).meta({ description: 'The HTTP status code of this response.' }),
    // The contract spells it like this, and clients compare it.
    message: z
      .literal('Succesfully fetched metrics Ddta')
      .meta({ description: 'Always this text, which clients of the old service compare.' }),
    data: z
      .object({
        total_orders_processed: count.meta({
          description:
            'The number of Pending, Processing and Completed orders. The name is inherited from the old service.',
        }),
        total_processing_time: seconds.meta({
          description: 'The average processing time of Completed orders in seconds; 0 if there are none.',
        }),
        status_counts: z
          .object({
            Pending: count.meta({ description: 'Orders that are Pending.' }),
            Processing: count.meta({ description: 'Orders that are Processing.' }),
            Waiting: count.meta({ description: 'Orders that are Waiting.' }),
            Completed: count.meta({ description: 'Orders that are Completed.' }),
            Failed: count.meta({ description: 'Orders that are Failed.' }),
            Cancelled: count.meta({ description: 'Orders that are Cancelled.' }),
          })
          .meta({ description: 'The number of orders in each status.' }),
        oldest_pending_seconds: seconds.meta({
          description:
            'How many seconds the Pending order that could have been claimed the longest ago has waited; 0 if there is none. Orders in backoff do not count, and a redriven order waits since its redrive. The alarm and `MAX_PENDING_AGE_SECONDS` use the same number.',
        }),
        window: z
          .object({
            minutes: count.meta({ description: 'How many minutes the window covers.' }),
            processing_seconds: z
              .object({
                average,
                p50,
                p95,
                quantile_error: z
                  .number()
                  .meta({ description: 'The maximum relative error of p50 and p95, which are read from a histogram.' }),
              })
              .meta({
                description:
                  'Processing times of the orders that became Completed in the window; null if there were none.',
              }),
            failures: z
              .record(z.string(), count)
              .meta({ description: 'The number of orders that became Failed in the window, by reason code.' }),
            per_minute: z.array(minuteSchema).meta({ description: 'The minutes with any activity, oldest first.' }),
          })
          .meta({ description: 'What happened in the last minutes.' }),
      })
      .meta({ description: 'The metrics.' }),
  })
  .meta({ description: 'The metrics of the whole service.' });

const health = {
  live: z.literal(true).meta({ description: 'The service replies.' }),
  checks: z
    .object({
      database: z
        .enum(['ok', 'failing', 'read-only'])
        .meta({ description: 'Whether the database replies and accepts writes.' }),
      queue: z.enum(['ok', 'failing']).meta({ description: 'Whether the order queue replies.' }),
    })
    .meta({ description: 'The result of each check.' }),
  processing: z
    .enum(['running', 'paused', 'unknown'])
    .meta({ description: 'Whether processing is paused; unknown while the database does not reply.' }),
};

export const healthySchema = z
  .object({
    status: z.literal('ok').meta({ description: 'The result of all checks.' }),
    ready: z.literal(true).meta({ description: 'The service accepts orders.' }),
    ...health,
  })
  .meta({ description: 'The service is ready.' });

export const unhealthySchema = z
  .object({
    status_code: z.literal(503).meta({ description: 'The HTTP status code of this response.' }),
    code: z.literal('unavailable').meta({ description: 'What went wrong, as a stable code for programs.' }),
    message: z.string().meta({ description: 'Lists the failing checks.' }),
    status: z.literal('failing').meta({ description: 'The result of all checks.' }),
    ready: z.literal(false).meta({ description: 'The service may not accept orders.' }),
    ...health,
  })
  .meta({ description: 'The service is not ready.' });

export const getMetrics: Operation = {
  tag: 'Monitoring',
  summary: 'Get metrics',
  description:
    'Counts orders by status, with the average processing time of Completed orders. Takes the same time however many orders there are.',
  parameters: { query: metricsQuerySchema },
  answers: {
    200: { description: 'The metrics.', schema: metricsSchema, examples: { metrics: METRICS } },
    ...INVALID,
  },
};

export const getHealth: Operation = {
  tag: 'Monitoring',
  summary: 'Check the health of the service',
  description: 'Needs no credential, so that a load balancer or a monitor can call it.',
  answers: {
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
