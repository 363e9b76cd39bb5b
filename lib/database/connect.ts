import type { DatabaseConfig } from '../config.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from './database.ts';
import { readDestination } from './tls.ts';

/**
 * The database and the driver that are configured in the settings. It connects on first use. Only the driver in use is
 * loaded. If a bundler replaces BUNDLED_DRIVER (docs/data-api.md), the other driver is unreachable and left out of the
 * bundle.
 * @param statementTimeoutMs for commands that can take longer than a request
 */
export function connectDatabase(
  config: DatabaseConfig,
  logger: Logger,
  statementTimeoutMs = config.DATABASE_TIMEOUT_MS,
): Database {
  const shared = { statementTimeoutMs, logger };
  if (process.env.BUNDLED_DRIVER !== 'data-api' && config.DATABASE_DRIVER === 'pg') {
    const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize, DATABASE_TIMEOUT_MS: connectTimeoutMs } = config;
    // Reports invalid TLS settings at the start.
    readDestination(url);
    return loadedWhenUsed(async () => {
      const password = config.DATABASE_AUTH === 'iam' && (await import('./iam-token.ts')).iamTokens(url);
      const options = { ...shared, url, poolSize, connectTimeoutMs, ...(password && { password }) };
      return (await import('./pg.ts')).connectPg(options);
    });
  }
  if (process.env.BUNDLED_DRIVER !== 'pg' && config.DATABASE_DRIVER === 'data-api') {
    const { DATABASE_RESOURCE_ARN: resourceArn, DATABASE_SECRET_ARN: secretArn, DATABASE_NAME: databaseName } = config;
    return loadedWhenUsed(async () =>
      (await import('./data-api.ts')).connectDataApi({ ...shared, resourceArn, secretArn, databaseName }),
    );
  }
  throw new Error(`DATABASE_DRIVER is ${config.DATABASE_DRIVER}, and this bundle was built without that driver.`);
}

function loadedWhenUsed(load: () => Promise<Database>): Database {
  let loading: Promise<Database> | undefined;
  const loaded = () => {
    loading ??= load();
    return loading;
  };
  return {
    query: async (...statement) => (await loaded()).query(...statement),
    transaction: async (work) => (await loaded()).transaction(work),
    close: async (options) => (await loading)?.close(options),
  };
}
