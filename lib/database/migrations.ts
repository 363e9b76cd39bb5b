import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../errors.ts';
import { grantToAppRole } from './app-role.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { reasonToWait } from './deferral.ts';
import { MigrationError } from './migration-error.ts';
import type { Migration } from './migration-files.ts';
import { readTimeZone } from './time-zone.ts';

/**
 * Milliseconds that a migration, and requests behind it, wait for a lock. Shorter than the 2 s statement timeout of a
 * request; longer than the deadlock_timeout (1 s) after which Postgres cancels an autovacuum that blocks it.
 */
const LOCK_TIMEOUT_MS = 1_500;
/** Milliseconds until the next attempt, during which the queued requests get through. */
const LOCK_PAUSE_MS = 3_000;
/** Milliseconds after which it gives up: a transaction that has been open for so long has been forgotten. */
const LOCK_PATIENCE_MS = 600_000;

/** An arbitrary constant: two concurrent deployments must not migrate at the same time. */
const ADVISORY_LOCK = 7_402_311;

/**
 * The longest pause, in milliseconds, between two statements of a migrating session. Postgres ends a session that
 * pauses longer: its process is frozen or gone, and would keep its locks.
 */
const LONGEST_PAUSE_MS = 60_000;

export interface ApplyOptions {
  /** The time zone of the old service's `created_at`, which has none, as Postgres names it. */
  readonly importTimeZone: string;
  /**
   * True to accept a database that a newer version has migrated. The code of each version works with the tables of the
   * next, so that a deployment can roll back; in all other cases, an older version is a mistake and is rejected.
   */
  readonly acceptNewer?: boolean;
  /** The number of the newest migration that all running code knows; 0 by default, which leaves out those that wait. */
  readonly deployed?: number;
  /** Milliseconds left for all migrations. Postgres cancels a statement that takes longer. Undefined: no limit. */
  readonly remainingMs?: () => number;
  /** Called with each migration before it runs. */
  readonly report: (name: string) => void;
  /** Called with the reason why a migration has to wait for a lock. */
  readonly waiting?: (reason: string) => void;
  /** Called with the reason why a migration is left for a later run. */
  readonly deferred?: (reason: string) => void;
  /** The total time to wait for locks, in milliseconds; LOCK_PATIENCE_MS unless a test needs less. */
  readonly lockPatienceMs?: number;
}

/**
 * Applies the missing migrations, each in its own transaction, and returns how many were applied.
 * @throws MigrationError if an applied migration was changed or is unknown; DatabaseError if a statement fails
 */
export async function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
  options: ApplyOptions,
): Promise<number> {
  const importTimeZone = await readTimeZone(database, options.importTimeZone);
  const isNew = await alone(database, options, async (transaction) => {
    await transaction.query(`CREATE TABLE IF NOT EXISTS public.schema_migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())`);
    if (!options.acceptNewer) await refuseUnknown(transaction, migrations);
    return (await transaction.query('SELECT FROM public.schema_migrations LIMIT 1')).length === 0;
  });
  const state = { isNew, deployed: options.deployed ?? 0 };
  let applied = 0;
  for (const migration of migrations) {
    const done = await untilUnlocked(database, migration, options, () =>
      alone(database, options, async (transaction) => {
        if (await isApplied(transaction, migration)) return false;
        const reason = reasonToWait(migration, state);
        if (reason !== undefined) {
          options.deferred?.(reason);
          return false;
        }
        options.report(migration.name);
        await apply(transaction, migration, { ...options, importTimeZone });
        return true;
      }),
    );
    if (done) applied += 1;
  }
  return applied;
}

/** The checksum of each applied migration by its version; empty if the database was never migrated. */
export async function readApplied(database: Queryable): Promise<ReadonlyMap<number, string>> {
  const [ledger] = await database.query<{ exists: boolean }>(
    `SELECT to_regclass('public.schema_migrations') IS NOT NULL AS exists`,
  );
  if (!ledger?.exists) return new Map();
  const rows = await database.query<{ version: number; checksum: string }>(
    'SELECT version, checksum FROM public.schema_migrations',
  );
  return new Map(rows.map(({ version, checksum }) => [version, checksum]));
}

/** Set for each migration, whatever the database or the role has: released ones do not qualify names with the schema. */
const TRANSACTION_SETTINGS = {
  search_path: 'public',
  lock_timeout: '0',
  // With 0, the old service's 12345.67 would be read as 12345.7.
  extra_float_digits: '1',
};

/** Retries a migration that another transaction has kept from a lock, and which was rolled back completely. */
async function untilUnlocked<T>(
  database: Database,
  { name }: Migration,
  { waiting = () => undefined, lockPatienceMs = LOCK_PATIENCE_MS, remainingMs = () => lockPatienceMs }: ApplyOptions,
  run: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + Math.min(lockPatienceMs, remainingMs());
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.kind === 'contention')) throw error;
      const reason = `${name} waits for a lock: ${await describeHolder(database)}`;
      if (performance.now() + LOCK_PAUSE_MS > end) throw new MigrationError(`${reason}; end it, and migrate again`);
      waiting(reason);
      await delay(LOCK_PAUSE_MS);
    }
  }
}

/**
 * The oldest transaction that holds a lock on one of the service's tables. Without the permission to see its owner,
 * only the process id.
 */
async function describeHolder(database: Queryable): Promise<string> {
  const [holder] = await database.query<{ pid: number; who: string | null; seconds: number | null }>(
    `SELECT a.pid, nullif(concat_ws(', ', a.usename::text, nullif(a.application_name, '')), '') AS who,
            extract(epoch FROM now() - a.xact_start)::double precision AS seconds
     FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
     JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relnamespace = to_regnamespace('public')
     WHERE l.granted AND a.pid <> pg_backend_pid() AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
     ORDER BY a.xact_start LIMIT 1`,
  );
  if (!holder) return 'another transaction held it';
  const age = holder.seconds === null ? '' : ` for ${Math.round(holder.seconds)} s`;
  return `process ${holder.pid} (${holder.who ?? 'of another user'}) has had a transaction open${age}`;
}

/** A transaction that excludes every other migrating process. */
export function alone<T>(
  database: Database,
  options: Pick<ApplyOptions, 'remainingMs'>,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    for (const [setting, value] of Object.entries(TRANSACTION_SETTINGS))
      await transaction.query('SELECT set_config($1::text, $2::text, true)', [setting, value]);
    await transaction.query(`SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_PAUSE_MS}`);
    // Waiting for another deployment takes longer than the statement timeout of a request.
    await limitStatement(transaction, options);
    // Selects a constant, because the result is void, a type that the Data API does not return.
    await transaction.query(`SELECT true AS locked FROM pg_advisory_xact_lock(${ADVISORY_LOCK})`);
    return work(transaction);
  });
}

/**
 * Applies to the next statement, which may rewrite a large table. If it is cancelled, it holds no lock that a rollback
 * would wait for.
 */
async function limitStatement(
  transaction: Transaction,
  { remainingMs }: Pick<ApplyOptions, 'remainingMs'>,
): Promise<void> {
  // 0 would mean no limit.
  const limit = remainingMs === undefined ? 0 : Math.max(1, Math.floor(remainingMs()));
  await transaction.query(`SET LOCAL statement_timeout = ${limit}`);
}

async function refuseUnknown(transaction: Transaction, migrations: readonly Migration[]): Promise<void> {
  const [newer] = await transaction.query<{ name: string }>(
    'SELECT name FROM public.schema_migrations WHERE version > $1::integer ORDER BY version LIMIT 1',
    [migrations.length],
  );
  if (newer)
    throw new MigrationError(`${newer.name} was applied to this database and is unknown here; use a newer version`);
}

async function isApplied(transaction: Transaction, migration: Migration): Promise<boolean> {
  const [row] = await transaction.query<{ checksum: string }>(
    'SELECT checksum FROM public.schema_migrations WHERE version = $1::integer',
    [migration.version],
  );
  if (row && row.checksum !== migration.checksum)
    throw new MigrationError(
      `${migration.name} was changed after it was applied to this database; restore it and add a new migration`,
    );
  return row !== undefined;
}

async function apply(transaction: Transaction, migration: Migration, options: ApplyOptions): Promise<void> {
  await transaction.query(`SELECT set_config('orders.import_time_zone', $1::text, true)`, [options.importTimeZone]);
  await transaction.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  for (const statement of migration.statements) {
    await limitStatement(transaction, options);
    await transaction.query(statement);
  }
  await grantToAppRole(transaction);
  await transaction.query(
    'INSERT INTO public.schema_migrations (version, name, checksum) VALUES ($1::integer, $2::text, $3::text)',
    [migration.version, migration.name, migration.checksum],
  );
}
