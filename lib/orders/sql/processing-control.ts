import type { Queryable } from '../../database/database.ts';

/** Whether workers may claim orders, and who set it. */
export interface Processing {
  readonly paused: boolean;
  /** When processing was last paused or resumed; null, like the others, if never. */
  readonly since: Date | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

const NEVER_PAUSED: Processing = { paused: false, since: null, actor: null, reason: null };

export async function readProcessing(database: Queryable): Promise<Processing> {
  const [row] = await database.query<Processing>('SELECT paused, since, actor, reason FROM public.processing_control');
  return row ?? NEVER_PAUSED;
}

/**
 * Pauses or resumes, for every worker and the sweep at once: each asks in the statement that would take orders. When it is
 * so already, nothing changes: who paused first, and when, stays to be read.
 * @returns whether it changed.
 */
export async function switchProcessing(
  database: Queryable,
  paused: boolean,
  change: { readonly actor: string; readonly reason: string | null },
): Promise<boolean> {
  const rows = await database.query(
    `WITH switched AS (
       INSERT INTO public.processing_control AS control (paused, since, actor, reason)
       SELECT $1::boolean, now(), $2::text, $3::text
       -- Without a row, processing was never paused and is running.
       WHERE $1::boolean OR EXISTS (SELECT FROM public.processing_control)
       ON CONFLICT (only_row) DO UPDATE SET
         paused = excluded.paused, since = excluded.since, actor = excluded.actor, reason = excluded.reason
       WHERE control.paused <> excluded.paused
       RETURNING control.paused)
     INSERT INTO public.audit (actor, action, reason)
     SELECT $2::text, CASE WHEN paused THEN 'processing.paused' ELSE 'processing.resumed' END, $3::text FROM switched
     RETURNING entry`,
    [paused, change.actor, change.reason],
  );
  return rows.length > 0;
}
