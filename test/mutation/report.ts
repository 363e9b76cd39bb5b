import type { Mutation } from './mutations.ts';

export interface Result {
  readonly mutation: Mutation;
  /** `stale`: its search text does not occur exactly once any more, so nothing was tried. */
  readonly outcome: 'noticed' | 'unnoticed' | 'equivalent' | 'stale';
  /** The first test that noticed. */
  readonly by?: string | undefined;
}

/** The text of the file with the bug in it; undefined where the search text does not name one place. */
export function changeOf({ find, replace }: Mutation, text: string): string | undefined {
  const [before, after, ...more] = text.split(find);
  return before === undefined || after === undefined || more.length > 0 ? undefined : before + replace + after;
}

/** A table by room, and what is left to do. */
export function reportOf(results: readonly Result[]): string {
  const rooms = [...Map.groupBy(results, ({ mutation }) => mutation.room)];
  const rows = [...rooms, ['total', results] as const].map(([room, own]) => {
    const count = (outcome: Result['outcome']) => own.filter((result) => result.outcome === outcome).length;
    const [noticed, unnoticed] = [count('noticed'), count('unnoticed')];
    const tried = noticed + unnoticed;
    const percent = tried === 0 ? '' : `${Math.round((100 * noticed) / tried)} %`;
    return [room, `${noticed}`, `${unnoticed}`, `${count('equivalent')}`, `${count('stale')}`, percent];
  });
  const table = [['room', 'noticed', 'unnoticed', 'equivalent', 'stale', ''], ...rows].map(([room = '', ...numbers]) =>
    [room.padEnd(14), ...numbers.map((number) => number.padStart(11))].join('').trimEnd(),
  );
  return ['', ...table, ...results.flatMap(describe)].join('\n');
}

function describe({ mutation: { id, file, find, replace }, outcome }: Result): string[] {
  if (outcome === 'stale') return ['', `${id} is stale: its search text does not occur exactly once in ${file}:`, find];
  if (outcome === 'unnoticed') return ['', `${id} went unnoticed in ${file}:`, `- ${find}`, `+ ${replace}`];
  return [];
}
