import type { Queryable } from '../../database/database.ts';

interface ListedApiKey {
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

type Row = Omit<ListedApiKey, 'scopes'> & { readonly scopes: string };

/** All keys that ever existed, oldest first. There are only as many as operators created manually. */
export async function listApiKeys(database: Queryable): Promise<ListedApiKey[]> {
  const rows = await database.query<Row>(
    `SELECT id, owner, name, array_to_string(scopes, ' ') AS scopes, created_at AS "createdAt", expires_at AS "expiresAt",
            revoked_at AS "revokedAt", created_by AS "createdBy", revoked_by AS "revokedBy",
            CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END
              AS state
     FROM public.api_keys ORDER BY id`,
  );
  return rows.map((row) => ({ ...row, scopes: row.scopes.split(' ') }));
}
