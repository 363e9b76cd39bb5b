import { z } from 'zod';
import { metricsSchema } from './answer-schemas.ts';
import { INVALID } from './common-answers.ts';
import type { Operation } from './operation.ts';

export const getMetrics: Operation = {
  tag: 'Watching',
  summary: 'Count the orders',
  description: 'Costs the same however many orders there are.',
  parameters: {
    query: z.object({
      window: z.int().min(1).max(1_440).default(60).meta({ description: 'Minutes up to now that `window` covers.' }),
    }),
  },
  answers: { 200: { description: 'The counts.', schema: metricsSchema }, ...INVALID },
};
