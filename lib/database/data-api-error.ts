import { RDSDataServiceException } from '@aws-sdk/client-rds-data';
import { DatabaseError, type DatabaseErrorKind, kindOfSqlState } from './database-error.ts';

/** Ends the message of what Postgres refused. Only there: what comes before may quote what a client sent. */
const SQL_STATE = /; SQLState: ([0-9A-Z]{5})$/;

/** Of a transaction that one statement at a time may use (Aurora User Guide, "Troubleshooting Amazon RDS Data API"). */
const STILL_RUNNING = 'Transaction is still running a query';

/** What the service says before it has begun anything: too many requests, or a cluster that wakes up from a pause. */
const NOT_BEGUN: ReadonlySet<string> = new Set(['ThrottlingException', 'DatabaseResumingException']);

/** Answers in the 400s that tell nothing about the statement; all others say that the request itself is wrong. */
const PASSING: ReadonlySet<string> = new Set([
  ...NOT_BEGUN,
  // Cancelled by the service, after 45 seconds.
  'StatementTimeoutException',
  // Rolled back, since nothing was heard of it for three minutes.
  'TransactionNotFoundException',
  // Among other causes: the secret could not be fetched in time.
  'SecretsErrorException',
  // The cluster is stopped or being changed, or is between two instances.
  'InvalidResourceStateException',
  'DatabaseNotFoundException',
]);

/** True only where the statement was not run for certain, so that running it again is safe whatever it does. */
export function wasNotBegun(error: unknown): boolean {
  if (!(error instanceof RDSDataServiceException)) return false;
  // Class 28: the user could not log in, as while its password is being rotated.
  if (SQL_STATE.exec(error.message)?.[1]?.startsWith('28')) return true;
  return NOT_BEGUN.has(error.name) || error.$metadata.httpStatusCode === 429 || error.message === STILL_RUNNING;
}

export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (!(error instanceof RDSDataServiceException))
    return new DatabaseError(describe(error), 'unavailable', undefined, error);
  const sqlState = SQL_STATE.exec(error.message)?.[1];
  const kind = sqlState === undefined ? kindOfRefusal(error) : kindOfSqlState(sqlState);
  return new DatabaseError(sqlState === undefined ? describe(error) : error.message, kind, sqlState, error);
}

/** No answer and an answer in the 500s say nothing: the statement may have been committed. */
function kindOfRefusal(error: RDSDataServiceException): DatabaseErrorKind {
  const status = error.$metadata.httpStatusCode ?? 0;
  return wasNotBegun(error) || PASSING.has(error.name) || status < 400 || status >= 500 ? 'unavailable' : 'defect';
}

/** Node gives a refused connection to `localhost` no message, only a code. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `RDS Data API: ${String(error)}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'no answer';
  return `RDS Data API: ${error.name}: ${error.message || code}`;
}
