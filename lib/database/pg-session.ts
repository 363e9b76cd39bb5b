import pg from 'pg';

/** Not in the published types; test/database/hostile-settings.test.ts fails if pg renames it. */
declare module 'pg' {
  interface ClientBase {
    getStartupConf(): Record<string, string>;
    readonly processID: number | null;
  }
}

/**
 * A client whose results do not depend on settings of the database or the role. These two decide how a timestamp is written.
 * They travel with the connection, and not as SET, because poolers keep track of them (PgBouncer, "Startup parameters").
 */
export class SettledClient extends pg.Client {
  override getStartupConf(): Record<string, string> {
    return { ...super.getStartupConf(), DateStyle: 'ISO, MDY', TimeZone: 'UTC' };
  }
}

/**
 * Prepares a new connection, and returns whether it has a Postgres session to itself. A pooler (PgBouncer, RDS Proxy) gives
 * its clients a process id of its own making, so a direct connection is one whose process id is that of the session. Only
 * there are settings made: a pooler refuses statement_timeout with the connection, and a SET would reach the next client.
 */
export async function openSession(client: pg.ClientBase, statementTimeoutMs: number): Promise<boolean> {
  const { rows } = await client.query({
    text: `SELECT set_config('statement_timeout', $1, false),
                  set_config('default_transaction_isolation', 'read committed', false),
                  set_config('extra_float_digits', '1', false),
                  -- SQL_ASCII holds any bytes; checked as UTF-8, one such id would fail the list of all orders.
                  set_config('client_encoding',
                    CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false)
           WHERE pg_backend_pid() = $2::integer`,
    values: [String(statementTimeoutMs), client.processID],
  });
  return rows.length > 0;
}
