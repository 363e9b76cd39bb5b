import { hash } from 'node:crypto';
import pg from 'pg';
import { DatabaseError, messageOf } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database, Parameter, Queryable, QueryOptions, Transaction } from './database.ts';
import { kindOfSqlState } from './database-error.ts';
import { inTurn } from './in-turn.ts';
import { parseBigint } from './parse-bigint.ts';
import { addressOf, isRdsProxy } from './pg-address.ts';
import { openSession, SettledClient } from './pg-session.ts';
import { certificateProblem, type Destination, isWithoutTls, readDestination } from './tls.ts';

interface PgOptions {
  readonly url: string;
  /** Creates the password of each new connection, in place of the URL's. The connection uses TLS and verifies the server. */
  readonly password?: () => Promise<string>;
  readonly poolSize: number;
  /**
   * The statement timeout in milliseconds: the server cancels the statement then, and the client gives up a little
   * later. Behind a pooler, only the client gives up, unless the role has a statement_timeout (docs/database.md).
   */
  readonly statementTimeoutMs: number;
  /** Milliseconds to wait for a free or a new connection. */
  readonly connectTimeoutMs: number;
  readonly logger: Logger;
}

/** How much longer than the server's timeout the client waits, so that the reply can arrive. */
const REPLY_MARGIN_MS = 500;

const { builtins } = pg.types;
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseBigint],
  [builtins.NUMERIC, (text) => text],
]);
/** This driver's own parsers instead of pg's global registry, which other users of pg in the process share. */
const types = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? pg.types.getTypeParser(oid),
} as pg.CustomTypesConfig;

/** Postgres over its own protocol, with a small bounded pool. */
export function connectPg(options: PgOptions): Database {
  /** Connections that can prepare statements: a prepared statement belongs to the session, which a pooler would share. */
  const direct = new WeakSet<pg.ClientBase>();
  const destination = readDestination(options.url);
  const pool = new pg.Pool({
    ...addressAndTls(destination, options),
    Client: SettledClient,
    async onConnect(client) {
      // It is not documented how RDS Proxy handles process ids, so it is also recognized by its address.
      if (!isRdsProxy(options.url) && (await openSession(client, options.statementTimeoutMs))) direct.add(client);
    },
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    // A frozen Lambda container cannot notice that its idle connections were cut; keep-alives make it notice sooner.
    keepAlive: true,
    query_timeout: options.statementTimeoutMs + REPLY_MARGIN_MS,
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
      // The pool waits for borrowed connections.
      ended ??= pool.end();
      // If a statement is running, this destroys the socket.
      if (cutOff) await Promise.all([...connected].map((client) => (client as unknown as pg.Client).end()));
      await ended;
    },
  };
}

/** Only one of them: values in the URL, including an empty password, take precedence over other options of pg. */
function addressAndTls({ connectionString, ssl }: Destination, { url, password }: PgOptions): pg.PoolConfig {
  if (!password) return { connectionString, ssl };
  const { ca, cert, key } = ssl || {};
  return { ...addressOf(url), password, ssl: ca || cert ? { ca, cert, key } : true };
}

/** sslmode=prefer: once the server has refused TLS, the pool connects without it. */
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

/** Acquire, use, release. A connection whose last statement had no outcome is discarded, never reused. */
async function withClient<T>(connect: () => Promise<pg.PoolClient>, use: (client: pg.PoolClient) => Promise<T>) {
  const client = await connect();
  let broken = true;
  // A connection can break between two statements, when no query is running that could receive the error.
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

/** The name of a prepared statement. The same text always has the same name, whichever process prepared it. */
function nameOf(sql: string): string {
  return `orders_${hash('sha256', sql).slice(0, 16)}`;
}

/**
 * The statement did not run and can no longer run on this connection. 26000 (invalid_sql_statement_name): the session
 * has forgotten it, or a pooler has assigned another session. 0A000 (feature_not_supported): a migration has changed
 * the type of its result.
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
  // Explicit, so that default_transaction_isolation has no effect, even behind a pooler.
  await transaction.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const result = await work(transaction);
    await transaction.query('COMMIT');
    return result;
  } catch (error) {
    // If this also fails, the connection is gone and Postgres rolls back by itself; the first error is more
    // informative.
    await transaction.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = certificateProblem(error) ?? messageOf(error);
  const sqlState = error instanceof pg.DatabaseError ? error.code : undefined;
  return new DatabaseError(message, kindOfSqlState(sqlState), sqlState, error);
}
