import type { Queryable } from '../../database/database.ts';

interface NewApiKey {
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Days from now; null if it never expires. */
  readonly expiresInDays: number | null;
  /** The operator who makes the key. */
  readonly createdBy?: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** @returns the id and the expiry of the stored key */
export async function insertApiKey(
  database: Queryable,
  key: NewApiKey,
): Promise<{ id: number; expiresAt: Date | null }> {
  const [row] = await database.query<{ id: number; expiresAt: Date | null }>(
    `WITH created AS (
       INSERT INTO public.api_keys (owner, name, scopes, expires_at, secret_sha256, created_by)
       VALUES ($1::text, $2::text, string_to_array($3::text, ' '), now() + $4::integer * interval '1 day',
               decode($5::text, 'hex'), $6::text)
       RETURNING id, expires_at),
     audited AS (
       INSERT INTO public.audit (actor, action, owner, target, details)
       SELECT coalesce('operator ' || $6::text, session_user), 'key.created', $1::text, id::text,
         jsonb_build_object('name', $2::text, 'scopes', string_to_array($3::text, ' '), 'expires_at', expires_at)
       FROM created)
     SELECT id, expires_at AS "expiresAt" FROM created`,
    [key.owner, key.name, key.scopes.join(' '), key.expiresInDays, key.sha256, key.createdBy ?? null],
  );
  if (!row) throw new Error('Postgres returned no row for an INSERT');
  return row;
}
