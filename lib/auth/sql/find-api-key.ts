import type { Queryable } from '../../database/database.ts';

export interface FoundApiKey {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Seconds until it expires; null if it never does. */
  readonly expiresIn: number | null;
}

type Row = Omit<FoundApiKey, 'scopes'> & { readonly scopes: string };

/** The key with this hash (hexadecimal), unless it is revoked or expired. One look-up in the index on the hash. */
export async function findApiKey(database: Queryable, sha256: string): Promise<FoundApiKey | undefined> {
  const [row] = await database.query<Row>(
    `SELECT id, owner, name, array_to_string(scopes, ' ') AS scopes,
            extract(epoch FROM expires_at - now())::double precision AS "expiresIn"
     FROM public.api_keys
     WHERE secret_sha256 = decode($1::text, 'hex')
       AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())`,
    [sha256],
  );
  return row && { ...row, scopes: row.scopes.split(' ') };
}
