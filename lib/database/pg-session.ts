import pg from 'pg';
import { DatabaseError } from '../errors.ts';

/** Missing in the published types; test/database/hostile-settings.test.ts fails if pg renames it. */
declare module 'pg' {
  interface ClientBase {
    getStartupConf(): Record<string, string>;
    readonly processID: number | null;
  }
}

/**
 * A client whose results do not depend on settings of the database or the role. These two settings decide how a
 * timestamp is formatted. They are sent with the connection and not as SET, because poolers track them (PgBouncer,
 * "Startup parameters").
 */
export class SettledClient extends pg.Client {
  override getStartupConf(): Record<string, string> {
    return { ...super.getStartupConf(), DateStyle: 'ISO, MDY', TimeZone: 'UTC' };
  }
}

/**
 * Prepares a new connection, and returns true if it has its own Postgres session. A pooler (PgBouncer, RDS Proxy)
 * invents process ids for its clients, so a direct connection is one whose process id is that of the session. Settings
 * are only made on a direct connection: a pooler rejects statement_timeout with the connection, and a SET would affect
 * the next client.
 * @throws DatabaseError if triggers do not fire in the session
 */
export async function openSession(client: pg.ClientBase, statementTimeoutMs: number): Promise<boolean> {
  const { rows } = await client.query<{ direct: boolean; replica: boolean }>({
    text: `SELECT pg_backend_pid() = $2::integer AS direct,
                  current_setting('session_replication_role') = 'replica' AS replica,
                  CASE WHEN pg_backend_pid() = $2::integer THEN ROW(
                    set_config('statement_timeout', $1, false),
                    set_config('default_transaction_isolation', 'read committed', false),
                    set_config('extra_float_digits', '1', false),
                    -- The statement timeout limits waits for locks as well, and the pool closes idle connections. The
                    -- last two settings exist since Postgres 14 and 17.
                    set_config('lock_timeout', '0', false),
                    CASE WHEN current_setting('idle_session_timeout', true) IS NOT NULL
                      THEN set_config('idle_session_timeout', '0', false) END,
                    CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL
                      THEN set_config('transaction_timeout', '0', false) END,
                    -- SQL_ASCII can contain any bytes; if they were checked as UTF-8, one such id would break the list
                    -- of all orders.
                    set_config('client_encoding',
                      CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false),
                    -- A setting of the database or the login can select a role without privileges on the orders. Before
                    -- the first migration, that table does not exist, and the role must be able to create it.
                    CASE WHEN NOT coalesce(has_table_privilege(to_regclass('public.orders'), 'SELECT'),
                                           has_schema_privilege('public', 'CREATE'))
                      THEN set_config('role', 'none', false) END) END`,
    values: [String(statementTimeoutMs), client.processID],
  });
  const [session] = rows;
  // The functions must not be able to change it.
  if (session?.replica)
    throw new DatabaseError(
      'session_replication_role is replica, so the triggers that record changes of orders would not fire. ' +
        'Reset it: ALTER DATABASE … (or ALTER ROLE …) RESET session_replication_role',
      'unavailable',
    );
  return session?.direct ?? false;
}
