import pg from 'pg';
import { APP_ROLE, DATABASE, OWNER, passwordOf, SUPERUSER } from './access.ts';

export interface Server {
  readonly port: number;
  readonly secret: string;
}

/**
 * Creates missing roles and the missing database, and transfers to the owner what the superuser owned in earlier
 * versions.
 */
export async function prepareDatabase(server: Server): Promise<void> {
  await asSuperuser(server, 'postgres', async (client) => {
    for (const role of [OWNER, APP_ROLE]) await ensureRole(client, role, passwordOf(role, server.secret));
    const { rows } = await client.query('SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rows.length === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
    else if (rows[0].owner !== OWNER) await client.query(`ALTER DATABASE ${DATABASE} OWNER TO ${OWNER}`);
  });
  await asSuperuser(server, DATABASE, (client) => client.query(GIVE_TO_OWNER));
}

async function ensureRole(client: pg.Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${name} LOGIN PASSWORD '${password}'`);
}

/**
 * All objects of the superuser in the schema of the service, in one statement, so that they are transferred completely
 * or not at all. Not REASSIGN OWNED, which rejects a role that owns system objects. Indexes, and the sequences and
 * types that belong to tables, follow their tables; objects of an extension stay.
 */
const GIVE_TO_OWNER = `
  DO $$
  DECLARE command text;
  BEGIN
    FOR command IN
      SELECT format('ALTER TABLE %s OWNER TO ${OWNER}', oid::regclass) FROM pg_class c
      WHERE relnamespace = 'public'::regnamespace AND relowner = '${SUPERUSER}'::regrole
        AND (relkind IN ('r', 'p', 'v', 'm') OR (relkind = 'S' AND NOT EXISTS (
          SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i'))))
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype = 'e')
      UNION ALL
      SELECT format('ALTER ROUTINE %s OWNER TO ${OWNER}', oid::regprocedure) FROM pg_proc p
      WHERE pronamespace = 'public'::regnamespace AND proowner = '${SUPERUSER}'::regrole
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND classid = 'pg_proc'::regclass AND deptype = 'e')
      UNION ALL
      SELECT format('ALTER TYPE %s OWNER TO ${OWNER}', oid::regtype) FROM pg_type t
      WHERE typnamespace = 'public'::regnamespace AND typowner = '${SUPERUSER}'::regrole AND typelem = 0
        AND (typrelid = 0 OR (SELECT relkind = 'c' FROM pg_class WHERE oid = typrelid))
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = t.oid AND classid = 'pg_type'::regclass AND deptype = 'e')
    LOOP
      EXECUTE command;
    END LOOP;
  END
  $$`;

export async function asSuperuser<T>(
  { port, secret }: Server,
  database: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const password = passwordOf(SUPERUSER, secret);
  const connection = { host: '127.0.0.1', port, user: SUPERUSER, password, database };
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
  // The server may shut down while the connection is idle; the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
