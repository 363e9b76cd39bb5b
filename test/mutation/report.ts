import type { Mutation } from './mutations.ts';

export interface Result {
  readonly mutation: Mutation;
  readonly outcome: 'noticed' | 'unnoticed' | 'equivalent' | 'stale';
  /** The first test that noticed it, or why it is stale and was not tried. */
  readonly by?: string | undefined;
}

/** A table by area, and what is left to do. */
export function reportOf(results: readonly Result[]): string {
  const areas = [...Map.groupBy(results, ({ mutation }) => mutation.area)];
  const rows = [...areas, ['total', results] as const].map(([area, own]) => {
    const count = (outcome: Result['outcome']) => own.filter((result) => result.outcome === outcome).length;
    const [noticed, unnoticed] = [count('noticed'), count('unnoticed')];
    const tried = noticed + unnoticed;
    const percent = tried === 0 ? '' : `${Math.round((100 * noticed) / tried)} %`;
    return [area, `${noticed}`, `${unnoticed}`, `${count('equivalent')}`, `${count('stale')}`, percent];
  });
  const table = [['area', 'noticed', 'unnoticed', 'equivalent', 'stale', ''], ...rows].map(([area = '', ...numbers]) =>
    [area.padEnd(14), ...numbers.map((number) => number.padStart(11))].join('').trimEnd(),
  );
  return ['', ...table, ...results.flatMap(describe)].join('\n');
}

function describe({ mutation: { id, file, find, replace }, outcome, by }: Result): string[] {
  if (outcome === 'stale') return ['', `${id} is stale: ${by}.`];
  if (outcome === 'unnoticed') return ['', `${id} went unnoticed in ${file}:`, `- ${find}`, `+ ${replace}`];
  return [];
}
