import type pg from 'pg';

/** Bytes that Postgres has written to its log so far. */
export async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query(`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS position`);
  return rows[0].position;
}
