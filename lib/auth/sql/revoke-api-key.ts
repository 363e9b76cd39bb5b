import type { Queryable } from '../../database/database.ts';

/** @returns its name and when it was revoked, now or earlier; undefined if the key does not exist */
export async function revokeApiKey(
  database: Queryable,
  id: number,
  revokedBy?: string,
): Promise<{ name: string; revokedAt: Date } | undefined> {
  const [row] = await database.query<{ name: string; revoked_at: Date }>(
    `UPDATE public.api_keys SET
       revoked_by = CASE WHEN revoked_at IS NULL THEN $2::text ELSE revoked_by END,
       revoked_at = coalesce(revoked_at, now())
     WHERE id = $1::integer RETURNING name, revoked_at`,
    [id, revokedBy ?? null],
  );
  return row && { name: row.name, revokedAt: row.revoked_at };
}
