import * as z from 'zod';
import { AUDITED } from '../orders/sql/read-audit.ts';
import { text } from './text.ts';
import { wholeNumber } from './whole-number.ts';

const MAX_LIMIT = 100;

/** The query of GET /audit. */
export const auditSchema = z.object({
  action: z
    .enum(AUDITED, `must be one of ${AUDITED.join(', ')}`)
    .optional()
    .describe('Only entries with this action.'),
  owner: text(10_000).optional().describe("Only entries about this owner's orders and keys."),
  limit: wholeNumber(1, MAX_LIMIT).default(50).describe('The most entries in one response; 50 by default.'),
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The next_before of an earlier response; the list continues after that page.'),
});
