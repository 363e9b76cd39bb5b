import type { Tally } from './tally.ts';

/** What happened, as a table: the calls with what befell each, then everything else by kind. */
export function describeTally(tally: Tally): string {
  const lines: string[] = [];
  const calls = new Map<string, string[]>();
  for (const [name, count] of tally.entries()) {
    const [kind, what = '', how = ''] = name.split(': ');
    if (kind === 'call') calls.set(what, [...(calls.get(what) ?? []), `${count} ${how}`]);
    else lines.push(`${String(count).padStart(9)}  ${name}`);
  }
  for (const [call, fates] of calls) lines.push(`  ${call}: ${fates.join(', ')}`);
  return lines.join('\n');
}

/** How many steps there were: those of the histories themselves, and each call that they let go on. */
export function countSteps(tally: Tally): number {
  return tally
    .entries()
    .filter(([name]) => name.startsWith('call: ') || name.startsWith('step: '))
    .reduce((sum, [, count]) => sum + count, 0);
}
