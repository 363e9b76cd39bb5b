import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { describeError } from './observability/describe-error.ts';
import { currentInvocation } from './observability/invocation.ts';
import { traceIdOf } from './observability/traceparent.ts';

/**
 * What an entry may say besides its message: nothing else compiles, so that nothing of a customer's gets in by chance.
 * Never a user, items, an amount, a body, a key or a parameter of a statement.
 */
export interface LogFields {
  readonly order_id?: string;
  /** Of the order that the entry is about, where that is another than the invocation's. */
  readonly trace_id?: string | undefined;
  /** How many. */
  readonly orders?: number;
  readonly status?: string;
  /** Which try of the order. */
  readonly attempt?: number;
  /** Of a fixed set. */
  readonly reason_code?: string | null;
  /** As API Gateway names it. */
  readonly route?: string;
  /**
   * Why the queue did not take something: a code of AWS or of the operating system. Why a caller was refused: never with
   * the credential in it.
   */
  readonly reason?: string;
  readonly failed?: readonly { readonly order_id: string; readonly reason: string }[];
  /** What of the service was looked at. */
  readonly check?: string;
  readonly oldest_wait_seconds?: number;
  /** Who switched something, as the history names it: a key's name and a request, or a command. */
  readonly actor?: string;
  /** Anything that was thrown. What it says of values is left out (describe-error.ts). */
  readonly error?: unknown;
}

/** What the code below the handlers needs of a logger. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LEVELS)[number];

/**
 * One JSON line an entry, in the field names that Powertools gives them. Each bears the ids of the invocation that it
 * was written in.
 */
export function createLogger(level: LogLevel): Logger {
  const logger = new PowertoolsLogger({ serviceName: 'orders', logLevel: level });
  const writer = (entryLevel: LogLevel, method: 'debug' | 'info' | 'warn' | 'error'): Logger[typeof method] => {
    // Powertools asks as well, but only when the attributes have been put together.
    if (LEVELS.indexOf(entryLevel) < LEVELS.indexOf(level)) return () => {};
    return (message, fields) => logger[method](message, toAttributes(fields));
  };
  return {
    debug: writer('DEBUG', 'debug'),
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
