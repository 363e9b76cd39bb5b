import type { Database } from '../database/database.ts';
import type { Logger } from '../observability/logger.ts';
import { type Processing, readProcessing, switchProcessing } from './sql/processing-control.ts';

/**
 * Pauses or resumes processing. Workers finish the orders that they have claimed; the API keeps accepting orders.
 * Orders need no update: a worker whose claim is refused makes the order due now (lib/orders/process-orders.ts), so the
 * sweep sends it as soon as processing resumes.
 */
export async function setProcessing(
  deps: { readonly database: Database; readonly logger: Logger },
  paused: boolean,
  change: { readonly actor: string; readonly reason: string | null },
): Promise<Processing> {
  const changed = await switchProcessing(deps.database, paused, change);
  if (changed) deps.logger.warn(paused ? 'Processing was paused' : 'Processing was resumed', { actor: change.actor });
  return readProcessing(deps.database);
}
