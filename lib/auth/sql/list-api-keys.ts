import type { Queryable } from '../../database/database.ts';

export interface ListedApiKey {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdAt: Date;
  /** The operator who made it; null for a key from before this was recorded. */
  readonly createdBy: string | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
}

interface Row {
  id: number;
  owner: string;
  name: string;
  scopes: string;
  state: ListedApiKey['state'];
  created_at: Date;
  created_by: string | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_by: string | null;
}

/** All keys that ever existed, oldest first. There are only as many as operators created manually. */
export async function listApiKeys(database: Queryable): Promise<ListedApiKey[]> {
  const rows = await database.query<Row>(
    `SELECT id, owner, name, array_to_string(scopes, ' ') AS scopes, created_at, expires_at, revoked_at, created_by, revoked_by,
            CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END
              AS state
     FROM public.api_keys ORDER BY id`,
  );
  return rows.map(({ scopes, created_at, expires_at, revoked_at, created_by, revoked_by, ...row }) => ({
    ...row,
    scopes: scopes.split(' '),
    createdAt: created_at,
    expiresAt: expires_at,
    revokedAt: revoked_at,
    createdBy: created_by,
    revokedBy: revoked_by,
  }));
}
