import { loadAuthConfig, loadDatabaseConfig } from '../config.ts';
import { connectDatabase } from '../database/connect.ts';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../observability/logger.ts';
import { authorize, type Question } from './authorize.ts';
import type { Decision } from './decision.ts';
import { makeVerifyApiKey } from './verify-api-key.ts';
import { makeVerifyToken } from './verify-token.ts';

interface Authorizer {
  /** @throws any error that is a defect; the request must then be rejected */
  decide(question: Question): Promise<Decision>;
  close(): Promise<void>;
}

/**
 * The authorizer's own composition root, separate from lib/runtime: the authorizer does not need a queue, and the
 * other functions do not need the code that verifies tokens.
 * @throws ConfigError that lists each variable that is missing or out of range
 */
export function createAuthorizer(env: NodeJS.ProcessEnv): Authorizer {
  const config = loadAuthConfig(env);
  const logger = createLogger(config.LOG_LEVEL);
  switch (config.AUTH) {
    case 'none':
      throw new ConfigError('AUTH is none, but the authorizer was invoked; set AUTH to api-key or jwt.');
    case 'api-key': {
      // A container serves one request at a time and caches most keys, so one connection is enough.
      const database = connectDatabase(loadDatabaseConfig({ ...env, DATABASE_POOL_SIZE: '1' }), logger);
      const verify = makeVerifyApiKey(database);
      return { decide: (question) => authorize(verify, logger, question), close: () => database.close() };
    }
    case 'jwt': {
      const verify = makeVerifyToken({
        issuer: config.JWT_ISSUER,
        audience: config.JWT_AUDIENCE,
        jwksUrl: config.JWT_JWKS_URL,
        scopePrefix: config.JWT_SCOPE_PREFIX,
      });
      return { decide: (question) => authorize(verify, logger, question), close: async () => undefined };
    }
  }
}

let current: Authorizer | undefined;

/** The authorizer of this container, built at its first use. */
export function authorizer(): Authorizer {
  current ??= createAuthorizer(process.env);
  return current;
}
