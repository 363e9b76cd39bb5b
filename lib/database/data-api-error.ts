import { RDSDataServiceException } from '@aws-sdk/client-rds-data';
import { DatabaseError, type DatabaseErrorKind, messageOf } from '../errors.ts';
import { kindOfSqlState } from './database-error.ts';

/**
 * Ends the message of an error from Postgres. Only the end is matched, because the rest may quote what a client sent.
 */
const SQL_STATE = /; SQLState: ([0-9A-Z]{5})$/;

/** A transaction accepts one statement at a time (Aurora User Guide, "Troubleshooting Amazon RDS Data API"). */
const STILL_RUNNING = 'Transaction is still running a query';

/** Errors from before the service starts anything: too many requests, or a cluster that wakes up from a pause. */
const NOT_BEGUN: ReadonlySet<string> = new Set(['ThrottlingException', 'DatabaseResumingException']);

/** The 4xx that say nothing about the statement; any other 4xx says that the request itself is wrong. */
const PASSING: ReadonlySet<string> = new Set([
  ...NOT_BEGUN,
  // The service cancelled it after 45 seconds.
  'StatementTimeoutException',
  // The service rolled it back because it got no call for three minutes.
  'TransactionNotFoundException',
  // One of its causes: the secret could not be fetched in time.
  'SecretsErrorException',
  // The cluster is stopped, being changed, or switching between two instances.
  'InvalidResourceStateException',
  'DatabaseNotFoundException',
  // In the first seconds of a stage: a role or the Data API of a cluster is not known everywhere yet. A missing permission looks the
  // same, and the log has its name.
  'AccessDeniedException',
  'ForbiddenException',
  'HttpEndpointNotEnabledException',
]);

/** True only if the statement was certainly not run, so that running it again is always safe. */
export function wasNotBegun(error: unknown): boolean {
  if (!(error instanceof RDSDataServiceException)) return false;
  // Class 28: the user could not log in, for example while its password is being rotated.
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

/** No response, or a 5xx, leaves the outcome unknown: the statement may have been committed. */
function kindOfRefusal(error: RDSDataServiceException): DatabaseErrorKind {
  const status = error.$metadata.httpStatusCode ?? 0;
  return wasNotBegun(error) || PASSING.has(error.name) || status < 400 || status >= 500 ? 'unavailable' : 'defect';
}

const describe = (error: unknown): string =>
  `RDS Data API: ${error instanceof Error ? `${error.name}: ` : ''}${messageOf(error)}`;
