import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';

/** Minutes. Counts per minute are kept for at least a day, and a day fits in a response of reasonable size. */
const MAX_WINDOW = 1_440;
const DEFAULT_WINDOW = 60;

/** The query of GET /metrics. */
export const metricsQuerySchema = z.object({
  window: wholeNumber(1, MAX_WINDOW, 'minutes')
    .default(DEFAULT_WINDOW)
    .describe(`How many minutes, up to now, \`window\` covers; ${DEFAULT_WINDOW} by default.`),
});
