/** Parameters of statements are scalars. A set is passed as one JSON text: the Data API does not support arrays. */
export type Parameter = string | number | boolean | null;

export interface QueryOptions {
  /**
   * Allows the driver to prepare the statement once per connection. Only for a statement that reads no table: its plan
   * would otherwise stay as it was when the tables were small.
   */
  readonly prepared?: boolean;
}

/**
 * The minimal interface of a database. One SQL text works with every driver: it uses `$1`, and casts each parameter
 * (`$1::json`). Result types: text and uuid → string, integer and bigint → number (an error beyond 2^53), double
 * precision → number, numeric → string (exact), timestamptz → Date (to the millisecond), boolean → boolean, integer[] →
 * number[]. A statement casts all other types to one of these (test/database/contract-values.test.ts).
 */
export interface Queryable {
  /**
   * Runs one statement, either alone (committed immediately) or within its transaction.
   * @throws DatabaseError that says whether a retry can help
   */
  query<Row>(sql: string, parameters?: readonly Parameter[], options?: QueryOptions): Promise<Row[]>;
}

/** The type for code that must run within a transaction. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
}

export interface Database extends Queryable {
  /** Commits if `work` resolves, rolls back if it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Closes the connections once their statements are done or, with `cutOff`, immediately, so that Postgres rolls back
   * open transactions. The Data API has no connections: its service rolls back by itself.
   */
  close(options?: { readonly cutOff?: boolean }): Promise<void>;
}
