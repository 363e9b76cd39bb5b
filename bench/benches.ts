import type { BenchOptions } from './bench-options.ts';
import type { Result } from './result.ts';

export interface Bench {
  readonly letter: string;
  readonly title: string;
  /** Imported when it is run, so that a missing package of one benchmark does not prevent the others. */
  readonly load: () => Promise<(options: BenchOptions) => Promise<Result>>;
}

export const BENCHES: Readonly<Record<string, Bench>> = {
  create: {
    letter: 'a',
    title: 'Creating orders',
    load: async () => (await import('./create/create.ts')).benchCreate,
  },
  drain: {
    letter: 'b',
    title: 'Draining a full queue',
    load: async () => (await import('./drain/drain.ts')).benchDrain,
  },
  http: {
    letter: 'c',
    title: 'Orders over HTTP',
    load: async () => (await import('./http/http.ts')).benchHttp,
  },
  metrics: {
    letter: 'd',
    title: 'Metrics',
    load: async () => (await import('./metrics/metrics.ts')).benchMetrics,
  },
  drivers: {
    letter: 'e',
    title: 'Both database drivers',
    load: async () => (await import('./drivers/drivers.ts')).benchDrivers,
  },
  memory: {
    letter: 'f',
    title: 'Memory of the local stack',
    load: async () => (await import('./memory/memory.ts')).benchMemory,
  },
  plans: {
    letter: 'g',
    title: 'Plans of all statements',
    load: async () => (await import('./plans/plans.ts')).benchPlans,
  },
  storage: {
    letter: 'h',
    title: 'Fillfactor, indexes and HOT updates',
    load: async () => (await import('./storage/storage.ts')).benchStorage,
  },
  billed: {
    letter: 'i',
    title: 'What an invocation is billed for',
    load: async () => (await import('./billed/billed.ts')).benchBilled,
  },
  backlog: {
    letter: 'j',
    title: 'Draining a large backlog, and alongside an old snapshot',
    load: async () => (await import('./backlog/backlog.ts')).benchBacklog,
  },
  retention: {
    letter: 'k',
    title: 'Creating orders while old ones are deleted',
    load: async () => (await import('./retention/retention.ts')).benchRetention,
  },
  steps: {
    letter: 'l',
    title: 'What steps cost',
    load: async () => (await import('./steps/steps.ts')).benchSteps,
  },
};

/** By its name or its one-letter key. */
export function findBench(name: string): [string, Bench] | undefined {
  return Object.entries(BENCHES).find(([key, { letter }]) => name === key || name === letter);
}
