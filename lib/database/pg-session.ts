import pg from 'pg';

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
 */
export async function openSession(client: pg.ClientBase, statementTimeoutMs: number): Promise<boolean> {
  const { rows } = await client.query({
    text: `SELECT set_config('statement_timeout', $1, false),
                  set_config('default_transaction_isolation', 'read committed', false),
                  set_config('extra_float_digits', '1', false),
                  -- The statement timeout limits waits for locks as well, and the pool closes idle connections. The
                  -- last two settings exist since Postgres 14 and 17.
                  set_config('lock_timeout', '0', false),
                  CASE WHEN current_setting('idle_session_timeout', true) IS NOT NULL
                    THEN set_config('idle_session_timeout', '0', false) END,
                  CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL
                    THEN set_config('transaction_timeout', '0', false) END,
                  -- SQL_ASCII can contain any bytes; if they were checked as UTF-8, one such id would break the list of
                  -- all orders.
                  set_config('client_encoding',
                    CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false)
           WHERE pg_backend_pid() = $2::integer`,
    values: [String(statementTimeoutMs), client.processID],
  });
  return rows.length > 0;
}
