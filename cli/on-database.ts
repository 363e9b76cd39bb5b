import { enterStack } from '../infra/local/stack/enter-stack.ts';
import { loadDatabaseConfig } from '../lib/config.ts';
import { connectDatabase } from '../lib/database/connect.ts';
import type { Database } from '../lib/database/database.ts';
import { createLogger } from '../lib/observability/logger.ts';

export async function onDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  enterStack();
  const database = connectDatabase(loadDatabaseConfig(process.env), createLogger('WARN'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
