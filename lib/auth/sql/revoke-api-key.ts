import type { Queryable } from '../../database/database.ts';

/** @returns its name and when it was revoked, now or earlier; undefined if the key does not exist */
export async function revokeApiKey(
  database: Queryable,
  id: number,
  revokedBy?: string,
): Promise<{ name: string; revokedAt: Date } | undefined> {
  const [row] = await database.query<{ name: string; revokedAt: Date }>(
    `WITH seen AS (
       SELECT id, revoked_at FROM public.api_keys WHERE id = $1::integer FOR UPDATE),
     revoked AS (
       UPDATE public.api_keys k SET
         revoked_by = CASE WHEN seen.revoked_at IS NULL THEN $2::text ELSE k.revoked_by END,
         revoked_at = coalesce(seen.revoked_at, now())
       FROM seen WHERE k.id = seen.id RETURNING k.owner, k.name, k.revoked_at, seen.revoked_at IS NULL AS just_now),
     audited AS (
       INSERT INTO public.audit (actor, action, owner, target, details)
       SELECT coalesce('operator ' || $2::text, session_user), 'key.revoked', owner, $1::text, jsonb_build_object('name', name)
       FROM revoked WHERE just_now)
     SELECT name, revoked_at AS "revokedAt" FROM revoked`,
    [id, revokedBy ?? null],
  );
  return row;
}
