import type { Result } from './result.ts';

export interface BenchOptions {
  /** So small that it only shows that it runs; its figures mean nothing. */
  readonly tiny: boolean;
  /** Where a large database stays, and is found again. */
  readonly keepIn: string | undefined;
}

export interface Bench {
  readonly letter: string;
  readonly title: string;
  /** Imported when it is run, so that one that lacks something does not keep the others from running. */
  readonly load: () => Promise<(options: BenchOptions) => Promise<Result>>;
}

export const BENCHES: Readonly<Record<string, Bench>> = {
  create: {
    letter: 'a',
    title: 'Creating orders',
    load: async () => (await import('./create/create.ts')).benchCreate,
  },
};

/** By its name or its letter. */
export function findBench(name: string): [string, Bench] | undefined {
  return Object.entries(BENCHES).find(([key, { letter }]) => name === key || name === letter);
}
