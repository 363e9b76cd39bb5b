/** What every benchmark is told. */
export interface BenchOptions {
  /** So small that it only shows that it runs; its results mean nothing. */
  readonly tiny: boolean;
  /** Where a large database stays, and is found again. */
  readonly keepIn: string | undefined;
}
