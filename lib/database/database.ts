/** What a statement may take: scalars only. A set travels as one JSON text, since the Data API takes no arrays. */
export type Parameter = string | number | boolean | null;

export interface QueryOptions {
  /**
   * The driver may have it parsed and planned once a connection. Only for a statement that reads no table: the plan would
   * stay as it was when the tables were small.
   */
  readonly prepared?: boolean;
}

/**
 * The smallest seam a database needs. One SQL text serves every driver: it is written with `$1`, and each parameter is
 * cast in it (`$1::json`).
 *
 * Values come back as: text and uuid → string, integer and bigint → number (an error beyond 2^53), double precision →
 * number, numeric → string (exact), timestamptz → Date (to the millisecond), boolean → boolean, integer[] → number[].
 * A statement casts whatever else it returns to one of these (test/database/contract-values.test.ts).
 */
export interface Queryable {
  /**
   * Runs one statement, by itself (committed at once) or within its transaction.
   * @throws DatabaseError saying whether repeating it can help.
   */
  query<Row>(sql: string, parameters?: readonly Parameter[], options?: QueryOptions): Promise<Row[]>;
}

/** A statement that must not run alone takes this type. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
}

export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Ends the connections once their statements are done; with `cutOff` at once, so that Postgres rolls back what they began.
   * The Data API has no connections: its service rolls back by itself.
   */
  close(options?: { readonly cutOff?: boolean }): Promise<void>;
}
