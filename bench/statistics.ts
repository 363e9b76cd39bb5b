/** The nearest-rank percentile; 0 of no values. */
export function percentile(values: readonly number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil((percent / 100) * ascending.length) - 1)] ?? 0;
}

/** The median of several runs: unlike an average, it does not move with one disturbed run. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The median of a value over runs that are repeated in turn, so that a drift of the machine affects all alike. */
export function medianBy<T>(runs: readonly T[], figure: (run: T) => number): number {
  return median(runs.map(figure));
}
