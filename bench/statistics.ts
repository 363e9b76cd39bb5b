/** The nearest-rank percentile; 0 of no values. */
export function percentile(values: readonly number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil((percent / 100) * ascending.length) - 1)] ?? 0;
}

/** The middle of several runs: one that was disturbed does not move it, as it would an average. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The median of a figure over runs that are repeated in turn, so that a machine that drifts drifts for all. */
export function medianBy<T>(runs: readonly T[], figure: (run: T) => number): number {
  return median(runs.map(figure));
}
