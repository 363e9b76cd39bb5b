import { hash } from 'node:crypto';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import type { Database, Parameter, Queryable, QueryOptions, Transaction } from './database.ts';
import { DatabaseError, kindOfSqlState } from './database-error.ts';
import { inTurn } from './in-turn.ts';
import { parseBigint } from './parse-bigint.ts';
import { addressOf, isRdsProxy } from './pg-address.ts';
import { openSession, SettledClient } from './pg-session.ts';
import { certificateProblem, type Destination, isWithoutTls, readDestination } from './tls.ts';

export interface PgOptions {
  readonly url: string;
  /** Makes the password of each new connection, in place of the URL's. Such connections use TLS, and check who answers. */
  readonly password?: () => Promise<string>;
  /** Connections at most. */
  readonly poolSize: number;
  /**
   * Milliseconds for a statement: the server cancels it then, and a little later the client gives up waiting. Behind a
   * pooler only the client does, unless the role has a statement_timeout (docs/database.md).
   */
  readonly statementTimeoutMs: number;
  /** Milliseconds to wait for a free or a new connection. */
  readonly connectTimeoutMs: number;
  readonly logger: Logger;
}

/** How much longer than the server's own time-out the client waits, for the answer to travel. */
const ANSWER_MARGIN_MS = 500;

const { builtins } = pg.types;
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseBigint],
  [builtins.NUMERIC, (text) => text],
]);
/** This driver's own parsers, instead of pg's global registry, which other users of pg in the process share. */
const types = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? pg.types.getTypeParser(oid),
} as pg.CustomTypesConfig;

/** Postgres over its own protocol, with a small bounded pool. */
export function connectPg(options: PgOptions): Database {
  /** The connections on which a statement may be prepared: it stays in the session, so no pooler may be in between. */
  const direct = new WeakSet<pg.ClientBase>();
  const destination = readDestination(options.url);
  const pool = new pg.Pool({
    ...addressAndTls(destination, options),
    Client: SettledClient,
    async onConnect(client) {
      // What RDS Proxy does to process ids is not documented, so it is known by its address as well.
      if (!isRdsProxy(options.url) && (await openSession(client, options.statementTimeoutMs))) direct.add(client);
    },
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    // A frozen Lambda container cannot notice that its idle connections were cut; keep-alives shorten the doubt.
    keepAlive: true,
    query_timeout: options.statementTimeoutMs + ANSWER_MARGIN_MS,
    application_name: 'orders',
    types,
  });
  // Without a listener, an error on an idle connection ends the process.
  pool.on('error', (error) => options.logger.warn('An idle database connection was lost', { error }));

  const connected = new Set<pg.PoolClient>();
  pool.on('connect', (client) => connected.add(client));
  pool.on('remove', (client) => connected.delete(client));
  let ended: Promise<void> | undefined;
  const connect = () => connectIn(pool, destination.plainWillDo && !options.password);

  return {
    query: (sql, parameters, { prepared = false } = {}) =>
      withClient(connect, (client) =>
        queryable(client).query(sql, parameters, { prepared: prepared && direct.has(client) }),
      ),
    transaction: (work) => withClient(connect, (client) => runTransaction(client, work)),
    close: async ({ cutOff = false } = {}) => {
      // The pool waits for those who use its connections.
      ended ??= pool.end();
      // Where a statement runs, this destroys the socket.
      if (cutOff) await Promise.all([...connected].map((client) => (client as unknown as pg.Client).end()));
      await ended;
    },
  };
}

/** Not both: what a URL says, an empty password included, outranks for pg what stands beside it. */
function addressAndTls({ connectionString, ssl }: Destination, { url, password }: PgOptions): pg.PoolConfig {
  if (!password) return { connectionString, ssl };
  const { ca, cert, key } = ssl || {};
  return { ...addressOf(url), password, ssl: ca || cert ? { ca, cert, key } : true };
}

/** sslmode=prefer: once the server has no TLS, the pool connects without. */
async function connectIn(pool: pg.Pool, plainWillDo: boolean): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (!plainWillDo || !isWithoutTls(error)) throw toDatabaseError(error);
    pool.options.ssl = false;
    return await pool.connect().catch((second: unknown) => {
      throw toDatabaseError(second);
    });
  }
}

/** Acquire, use, release. A connection whose last statement got no verdict is discarded, never reused. */
async function withClient<T>(connect: () => Promise<pg.PoolClient>, use: (client: pg.PoolClient) => Promise<T>) {
  const client = await connect();
  let broken = true;
  // A connection may break between two statements, when no query is there to take the error.
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  try {
    const result = await use(client);
    broken = false;
    return result;
  } catch (error) {
    broken = !(error instanceof DatabaseError) || error.kind === 'unavailable';
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function queryable(client: pg.PoolClient): Queryable {
  return {
    async query<Row>(
      sql: string,
      parameters: readonly Parameter[] = [],
      { prepared = false }: QueryOptions = {},
    ): Promise<Row[]> {
      try {
        const result = await client.query({
          text: sql,
          values: [...parameters],
          ...(prepared && { name: nameOf(sql) }),
        });
        return result.rows as Row[];
      } catch (error) {
        if (prepared && isNoLongerPrepared(error))
          throw new DatabaseError(error.message, 'unavailable', error.code, error);
        throw toDatabaseError(error);
      }
    },
  };
}

const names = new Map<string, string>();

/** Of a prepared statement. The same text has the same name, so that it does not matter which process prepared it. */
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `orders_${hash('sha256', sql).slice(0, 16)}`;
  names.set(sql, name);
  return name;
}

/**
 * The statement did not run, and on this connection it never will again. 26000 (invalid_sql_statement_name): the session
 * has forgotten it, or is another one, given by a pooler. 0A000 (feature_not_supported): a migration has changed the type
 * of what it returns.
 */
function isNoLongerPrepared(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && (error.code === '26000' || error.code === '0A000');
}

async function runTransaction<T>(client: pg.PoolClient, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const queue = inTurn();
  const { query } = queryable(client);
  const transaction: Transaction = {
    kind: 'transaction',
    query: (sql, parameters) => queue(() => query(sql, parameters)),
  };
  // Named, so that no default_transaction_isolation matters, also behind a pooler.
  await transaction.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const result = await work(transaction);
    await transaction.query('COMMIT');
    return result;
  } catch (error) {
    // When this fails too, the connection is gone and Postgres rolls back by itself; the first error tells more.
    await transaction.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = certificateProblem(error) ?? (error instanceof Error ? error.message : String(error));
  const sqlState = error instanceof pg.DatabaseError ? error.code : undefined;
  return new DatabaseError(message, kindOfSqlState(sqlState), sqlState, error);
}
