import type { Queryable } from '../../database/database.ts';

export interface FoundApiKey {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Seconds until it expires; null if it never does. */
  readonly expiresIn: number | null;
}

interface Row {
  id: number;
  owner: string;
  name: string;
  scopes: string;
  expires_in: number | null;
}

/** The key with this hash (hexadecimal), unless it is revoked or expired. One look-up in the index on the hash. */
export async function findApiKey(database: Queryable, sha256: string): Promise<FoundApiKey | undefined> {
  const [row] = await database.query<Row>(
    `SELECT id, owner, name, array_to_string(scopes, ' ') AS scopes,
            extract(epoch FROM expires_at - now())::double precision AS expires_in
     FROM public.api_keys
     WHERE secret_sha256 = decode($1::text, 'hex')
       AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())`,
    [sha256],
  );
  return (
    row && { id: row.id, owner: row.owner, name: row.name, scopes: row.scopes.split(' '), expiresIn: row.expires_in }
  );
}
