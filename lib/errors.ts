/** The message of an error. Some of Node's, as for a refused connection to `localhost`, only have a code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

/** A setting is missing or out of range. The message lists each such setting and what it accepts. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

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

  constructor(message: string, kind: DatabaseErrorKind, sqlState?: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.sqlState = sqlState;
  }

  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'contention';
  }

  /** unique_violation */
  get isDuplicate(): boolean {
    return this.sqlState === '23505';
  }

  /** A parameter has a character that the encoding of the database lacks (untranslatable_character); UTF-8 lacks none. */
  get isUntranslatable(): boolean {
    return this.sqlState === '22P05';
  }
}

/** The database, or the token issuer, did not respond. The message quotes nothing that a client sent. */
export class VerifierUnavailable extends Error {
  override readonly name = 'VerifierUnavailable';
}
