/** Random choices that a seed reproduces. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  fraction(): number;
  /** One of the items, or undefined if there are none. */
  pick<T>(values: readonly T[]): T | undefined;
  /** One of the names, in proportion to their weights. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** A pause of a Poisson process with this mean, in milliseconds. */
  pauseMs(meanMs: number): number;
}

/** The generator is mulberry32: 32 bits of state are plenty for choosing victims. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    pick: (values) => values[Math.floor(fraction() * values.length)],
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new Error('the weights are not positive');
    },
    pauseMs: (meanMs) => -Math.log(1 - fraction()) * meanMs,
  };
}
