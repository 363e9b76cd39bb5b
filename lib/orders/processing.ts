import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { type Processing, readProcessing, switchProcessing } from './sql/processing-control.ts';

/**
 * Pauses or resumes processing. What workers have already claimed they finish; intake goes on. Nothing has to be done for
 * the orders meanwhile: a worker that is not let at one makes it due at once (lib/orders/process-orders.ts), so the sweep
 * sends it as soon as it may.
 */
export async function setProcessing(
  parts: { readonly database: Database; readonly logger: Logger },
  paused: boolean,
  change: { readonly actor: string; readonly reason: string | null },
): Promise<Processing> {
  const changed = await switchProcessing(parts.database, paused, change);
  if (changed) parts.logger.warn(paused ? 'Processing was paused' : 'Processing was resumed', { actor: change.actor });
  return readProcessing(parts.database);
}
