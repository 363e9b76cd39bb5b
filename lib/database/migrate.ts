import { fileURLToPath } from 'node:url';
import { loadDatabaseConfig } from '../config.ts';
import { createLogger } from '../observability/logger.ts';
import { withProgress } from '../observability/progress.ts';
import { createAppRole, grantToAppRole } from './app-role.ts';
import { connectDatabase } from './connect.ts';
import { reasonToWait } from './deferral.ts';
import { reportImport } from './import-report.ts';
import { loadMigrations } from './migration-files.ts';
import { type ApplyOptions, alone, applyMigrations, readApplied } from './migrations.ts';
import { readTimeZone } from './time-zone.ts';

const MIGRATIONS = fileURLToPath(new URL('../../infra/migrations', import.meta.url));

/** The client must wait longer than rewriting a large table takes; 24 hours means "as long as it takes". */
const PATIENCE_MS = 86_400_000;

/** No caller waits for a response here, and a server that has just been started may be slow to accept a connection. */
const CONNECT_TIMEOUT_MS = '10000';

/** The time zone is UTC by default. */
interface MigrateOptions
  extends Partial<Pick<ApplyOptions, 'importTimeZone' | 'acceptNewer' | 'deployed' | 'remainingMs'>> {
  /** The directory of the migrations; by default the one in the repository. */
  readonly folder?: string;
  /** True to print what would be done without changing anything. */
  readonly dryRun?: boolean;
  /** The new password of the role of the functions, which is created if necessary. Undefined: leave the role as it is. */
  readonly appPassword?: string;
  /** Aborts it: its connections are cut off, and Postgres rolls back the current migration. */
  readonly signal?: AbortSignal;
}

/**
 * Migrates a database, including one of the old service, and prints what it does, line by line.
 * @param env contains the settings of the database, as for the functions
 * @throws ConfigError, MigrationError or DatabaseError; then the failed migration was rolled back
 */
export async function migrate(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
  options: MigrateOptions = {},
): Promise<void> {
  const { importTimeZone = 'UTC', folder = MIGRATIONS, deployed = 0, dryRun, appPassword, signal, ...others } = options;
  signal?.throwIfAborted();
  const config = loadDatabaseConfig({ DATABASE_TIMEOUT_MS: CONNECT_TIMEOUT_MS, ...env });
  const database = connectDatabase(config, createLogger('WARN'), PATIENCE_MS);
  const cutOff = () => void database.close({ cutOff: true }).catch(() => undefined);
  signal?.addEventListener('abort', cutOff);
  let activity = 'connecting to the database';
  const work = async () => {
    const migrations = await loadMigrations(folder);
    const timeZone = await readTimeZone(database, importTimeZone);
    activity = 'looking for orders to import';
    await reportImport(database, timeZone, report);
    if (dryRun) {
      const done = await readApplied(database);
      for (const migration of migrations.filter(({ version }) => !done.has(version)))
        report(reasonToWait(migration, { isNew: done.size === 0, deployed }) ?? `would apply ${migration.name}`);
      report('nothing was changed');
      return;
    }
    activity = 'waiting until no other process migrates this database';
    let deferred = 0;
    const applied = await applyMigrations(database, migrations, {
      ...others,
      importTimeZone,
      deployed,
      report(name) {
        activity = `still applying ${name}`;
        report(`applying ${name}`);
      },
      waiting: report,
      deferred: (reason) => {
        deferred += 1;
        report(reason);
      },
    });
    await alone(database, others, async (transaction) => {
      if (appPassword !== undefined) await createAppRole(transaction, appPassword);
      await grantToAppRole(transaction);
    });
    if (applied > 0) report(`applied ${applied} of ${migrations.length} migrations`);
    else report(deferred === 0 ? 'the database is up to date' : 'nothing else is to be applied');
  };
  try {
    await withProgress(report, () => activity, work());
  } finally {
    signal?.removeEventListener('abort', cutOff);
    await database.close();
  }
}
