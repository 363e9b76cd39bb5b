/** The options of every benchmark. */
export interface BenchOptions {
  /** A run so small that its results mean nothing: it only shows that the benchmark works. */
  readonly tiny: boolean;
  /** Where a large database is kept for later runs. */
  readonly keepIn: string | undefined;
  /** Orders in the table of "retention"; undefined for its own number. */
  readonly orders: number | undefined;
}
