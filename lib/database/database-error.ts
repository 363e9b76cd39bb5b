/**
 * The meaning of a failed statement for its caller. All mappings are in this table.
 * - `unavailable`: the database did not respond, or not with an outcome. The statement may have been committed.
 * - `contention`: rolled back in favor of another transaction; a retry may succeed.
 * - `refused`: a value or a constraint; a retry fails again.
 * - `defect`: the SQL or the schema is wrong.
 */
export type DatabaseErrorKind = 'unavailable' | 'contention' | 'refused' | 'defect';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  /** Five characters (PostgreSQL, appendix A); undefined if there was no reply. */
  readonly sqlState: string | undefined;

  constructor(message: string, kind: DatabaseErrorKind, sqlState: string | undefined, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.sqlState = sqlState;
  }

  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'contention';
  }

  /**
   * A parameter has a character that the encoding of the database lacks (untranslatable_character); this cannot happen
   * with UTF-8.
   */
  get isUntranslatable(): boolean {
    return this.sqlState === '22P05';
  }
}

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
