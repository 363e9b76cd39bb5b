import pg from 'pg';

/** A session for manual SQL, alongside the service. */
export interface Psql {
  /** Runs one statement, or several without values. A bigint is returned as text. */
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The only value of the only row. */
  value<T>(sql: string, values?: readonly unknown[]): Promise<T>;
  readonly backendPid: number;
  end(): Promise<void>;
}

export async function connectPsql(url: string): Promise<Psql> {
  const client = new pg.Client({ connectionString: url, application_name: 'psql' });
  // A test may end the connection on the server's side; the code that uses it then gets its own error.
  client.on('error', () => {});
  await client.connect();
  const rows = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const result = await client.query(sql, values.length === 0 ? undefined : [...values]);
    return result.rows as Row[];
  };
  const value = async <T>(sql: string, values: readonly unknown[] = []): Promise<T> => {
    const [row] = await rows<Record<string, T>>(sql, values);
    return Object.values(row ?? {})[0] as T;
  };
  const backendPid = await value<number>('SELECT pg_backend_pid()');
  return { rows, value, backendPid, end: () => client.end() };
}
