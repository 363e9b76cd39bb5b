import type { Queryable } from '../../database/database.ts';
import type { AuditEntry, Audited } from './read-audit.ts';

/** Records an act on something other than the database, before it happens. Other acts are recorded by their own statements. */
export async function appendAudit(
  database: Queryable,
  action: Audited,
  { actor, target, details, reason }: Pick<AuditEntry, 'actor' | 'target' | 'details' | 'reason'>,
): Promise<void> {
  await database.query(
    `INSERT INTO public.audit (actor, action, target, details, reason)
     VALUES ($1::text, $2::text, $3::text, $4::jsonb, $5::text)`,
    [actor, action, target, JSON.stringify(details), reason],
  );
}
