import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { describeError } from './describe-error.ts';
import { currentInvocation } from './invocation.ts';
import { traceIdOf } from './traceparent.ts';

/**
 * The fields of a log entry, in addition to its message. No other field compiles, so that customer data cannot be
 * logged by accident: never a user, items, an amount, a body, a key or a statement parameter.
 */
interface LogFields {
  readonly order_id?: string;
  /** The trace of the order that the entry is about, if it differs from the invocation's. */
  readonly trace_id?: string | undefined;
  /** A number of orders. */
  readonly orders?: number;
  readonly status?: string;
  readonly attempt?: number;
  /** One of a fixed set. */
  readonly reason_code?: string | null;
  /** The route, as API Gateway names it. */
  readonly route?: string;
  /**
   * Why the queue did not accept a message: a code of AWS or of the operating system. Or why a caller was rejected,
   * never with the credential.
   */
  readonly reason?: string;
  readonly failed?: readonly { readonly order_id: string; readonly reason: string }[];
  /** Who switched it, as in the history: the name of a key and a request, or a command. */
  readonly actor?: string;
  /** Any thrown value. Data in it is omitted (describe-error.ts). */
  readonly error?: unknown;
}

/** The interface of a logger for code below the handlers. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type LogLevel = (typeof LEVELS)[number];

/** One JSON line per entry, with the field names of Powertools and the ids of the invocation that wrote it. */
export function createLogger(level: LogLevel): Logger {
  const logger = new PowertoolsLogger({ serviceName: 'orders', logLevel: level });
  const writer = (entryLevel: LogLevel, method: 'info' | 'warn' | 'error'): Logger[typeof method] => {
    // Powertools checks the level as well, but only after the attributes have been built.
    if (LEVELS.indexOf(entryLevel) < LEVELS.indexOf(level)) return () => {};
    return (message, fields) => logger[method](message, toAttributes(fields));
  };
  return {
    info: writer('INFO', 'info'),
    warn: writer('WARN', 'warn'),
    error: writer('ERROR', 'error'),
  };
}

function toAttributes({ error, ...fields }: LogFields = {}): Record<string, string | object> {
  const invocation = currentInvocation();
  return {
    ...(invocation && {
      request_id: invocation.requestId,
      function_request_id: invocation.functionRequestId,
      trace_id: traceIdOf(invocation.traceparent),
    }),
    ...fields,
    ...(error !== undefined && { error: describeError(error) }),
  } as Record<string, string | object>;
}
