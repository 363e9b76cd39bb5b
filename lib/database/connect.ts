import type { DatabaseConfig } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from './database.ts';
import { readDestination } from './tls.ts';

/**
 * The database that the settings name, over the driver that they name. Connects when it is first used.
 *
 * A driver is loaded only where it is used. A bundler that replaces BUNDLED_DRIVER (docs/data-api.md) leaves the other
 * one out of the bundle, since it sees that it cannot be reached.
 * @param statementTimeoutMs of commands that may take longer than a request.
 */
export function connectDatabase(
  config: DatabaseConfig,
  logger: Logger,
  statementTimeoutMs = config.DATABASE_TIMEOUT_MS,
): Database {
  const shared = { statementTimeoutMs, logger };
  if (process.env.BUNDLED_DRIVER !== 'data-api' && config.DATABASE_DRIVER === 'pg') {
    const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize, DATABASE_TIMEOUT_MS: connectTimeoutMs } = config;
    // What is wrong with it is said at the start.
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
