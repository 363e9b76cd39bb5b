import type { Queryable } from '../../database/database.ts';
import type { Audited } from './read-audit.ts';

/** Records an act on something other than the database, before it happens. Other acts are recorded by their own statements. */
export async function appendAudit(
  database: Queryable,
  entry: {
    readonly actor: string;
    readonly action: Audited;
    readonly target: string | null;
    readonly details: object;
    readonly reason: string | null;
  },
): Promise<void> {
  await database.query(
    `INSERT INTO public.audit (actor, action, target, details, reason)
     VALUES ($1::text, $2::text, $3::text, $4::jsonb, $5::text)`,
    [entry.actor, entry.action, entry.target, JSON.stringify(entry.details), entry.reason],
  );
}
