import { fileURLToPath } from 'node:url';
import { loadMigrations, migrate as migrateDatabase } from '../lib/database/migrations.ts';
import { connectPg } from '../lib/database/pg.ts';
import { createLogger } from '../lib/logger.ts';

const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** The client must outwait the rewriting of a large table; 24 hours stands for "as long as it takes". */
const PATIENCE_MS = 86_400_000;

/**
 * Brings a database up to date, one made by the old service included; says what it does, line by line.
 * @param importTimeZone the zone in which the old service's `created_at`, which has none, is read
 * @throws MigrationError or DatabaseError; then nothing of the migration that failed was kept.
 */
export async function migrate(url: string, report: (line: string) => void, importTimeZone = 'UTC'): Promise<void> {
  const database = connectPg({
    url,
    poolSize: 1,
    statementTimeoutMs: PATIENCE_MS,
    connectTimeoutMs: 10_000,
    logger: createLogger('WARN'),
  });
  try {
    const migrations = await loadMigrations(MIGRATIONS);
    const applied = await migrateDatabase(database, migrations, {
      importTimeZone,
      report: (name) => report(`applying ${name}`),
    });
    report(applied === 0 ? 'the database is up to date' : `applied ${applied} of ${migrations.length} migrations`);
  } finally {
    await database.close();
  }
}
