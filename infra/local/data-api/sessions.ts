import pg from 'pg';

/** The most sessions per database; a request that finds none free waits. */
const MAX_SESSIONS = 20;

export class Sessions {
  readonly #server: string;
  readonly #options: string;
  readonly #pools = new Map<string, pg.Pool>();

  /** @param server any URL of the Postgres server */
  constructor(server: string, statementTimeoutMs: number) {
    this.#server = server;
    this.#options = `-c timezone=UTC -c datestyle=ISO -c statement_timeout=${statementTimeoutMs}`;
  }

  async take(database: string): Promise<pg.PoolClient> {
    const client = await this.#poolOf(database).connect();
    // A server that shuts down emits an error on the session; without a listener, it would end the process.
    client.on('error', ignore);
    return client;
  }

  /** Returns a session, without any state of its user. */
  async giveBack(client: pg.PoolClient): Promise<void> {
    const clean = await client.query('DISCARD ALL').then(
      () => true,
      () => false,
    );
    client.off('error', ignore);
    client.release(!clean);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  #poolOf(database: string): pg.Pool {
    const existing = this.#pools.get(database);
    if (existing) return existing;
    const url = new URL(this.#server);
    url.pathname = `/${encodeURIComponent(database)}`;
    const pool = new pg.Pool({ connectionString: url.href, max: MAX_SESSIONS, options: this.#options });
    pool.on('error', ignore);
    this.#pools.set(database, pool);
    return pool;
  }
}

function ignore(): void {}
