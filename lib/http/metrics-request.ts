import { z } from 'zod';
import { wholeNumber } from './whole-number.ts';

/** Minutes. A day is what is kept by the minute for certain, and what an answer of reasonable size can list. */
const MAX_WINDOW = 1_440;
const DEFAULT_WINDOW = 60;

/** The query of GET /metrics. */
export const metricsQuerySchema = z.object({
  window: wholeNumber(1, MAX_WINDOW, 'minutes')
    .default(DEFAULT_WINDOW)
    .meta({ description: `Minutes up to now that \`window\` covers; by default ${DEFAULT_WINDOW}.` }),
});
