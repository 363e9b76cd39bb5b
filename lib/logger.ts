import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';

/** What the code below the handlers needs of a logger. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void;
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** One JSON line an entry, in the field names CloudWatch Logs Insights is usually asked for. */
export function createLogger(level: LogLevel): Logger {
  const logger = new PowertoolsLogger({ serviceName: 'orders', logLevel: level });
  return {
    debug: (message, details = {}) => logger.debug(message, details),
    info: (message, details = {}) => logger.info(message, details),
    warn: (message, details = {}) => logger.warn(message, details),
    error: (message, details = {}) => logger.error(message, details),
  };
}
