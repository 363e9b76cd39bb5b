import { metricsQuerySchema } from '../metrics-request.ts';
import { INVALID, retryAfter } from './common-answers.ts';
import type { Operation } from './operation.ts';
import { healthySchema, metricsSchema, unhealthySchema } from './watching-schemas.ts';

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
