import { metricsQuerySchema } from '../metrics-request.ts';
import { INVALID, retryAfter } from './common-answers.ts';
import type { Operation } from './operation.ts';
import { healthySchema, metricsSchema, unhealthySchema } from './watching-schemas.ts';

export const getMetrics: Operation = {
  tag: 'Watching',
  summary: 'Count the orders',
  description: 'Costs the same however many orders there are.',
  parameters: { query: metricsQuerySchema },
  answers: { 200: { description: 'The counts.', schema: metricsSchema }, ...INVALID },
};

export const getHealth: Operation = {
  tag: 'Watching',
  summary: 'Ask whether the service can work',
  answers: {
    200: { description: 'It can. Being paused is no failure.', schema: healthySchema },
    ...INVALID,
    503: { description: 'It cannot: a check fails.', schema: unhealthySchema, headers: retryAfter(true) },
  },
};
