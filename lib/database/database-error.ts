import { DatabaseError, type DatabaseErrorKind } from '../errors.ts';

/** For a statement that only reads: a database cannot contain a value that it cannot store. */
export function foundNothing(error: unknown): never[] {
  if (error instanceof DatabaseError && error.isUntranslatable) return [];
  throw error;
}

/** The meaning of an SQLSTATE; undefined means that there was no reply. */
export function kindOfSqlState(sqlState: string | undefined): DatabaseErrorKind {
  if (sqlState === undefined) return 'unavailable';
  switch (sqlState) {
    case '40001': // serialization_failure
    case '40P01': // deadlock_detected
    case '55P03': // lock_not_available
      return 'contention';
    case '25006': // read_only_sql_transaction: a failover is under way
    case '25P03': // idle_in_transaction_session_timeout
    case '25P04': // transaction_timeout
    case '57014': // query_canceled: the statement timeout
      return 'unavailable';
  }
  switch (sqlState.slice(0, 2)) {
    case '08': // connection exception
    case '28': // invalid authorization: the password is being rotated, or a role or token is not known to every node yet
    case '53': // insufficient resources: disk full, too many connections
    case '57': // operator intervention: shutdown, crash, starting up
    case '58': // system error: I/O
    case 'XX': // internal error
      return 'unavailable';
    case '22': // data exception
    case '23': // integrity constraint violation
      return 'refused';
    default:
      return 'defect';
  }
}
