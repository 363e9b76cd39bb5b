import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCHES } from '../benches.ts';
import { formatTable } from '../result.ts';
import { readResult, type SavedResult } from './saved-result.ts';

export const REPORT = join(import.meta.dirname, '../RESULTS.md');

const INTRODUCTION = `# Results

Written by \`npm run bench -- report\` from the runs that are saved in \`bench/results\`; the conclusions are in
[README.md](README.md). The results of one table come from one run on one machine, which measured what is compared in turn:
compare within a table, and expect other absolute numbers on another machine.
`;

/** Writes RESULTS.md from all results that were saved. */
export function writeReport(): void {
  writeFileSync(REPORT, renderReport());
}

/** The text of RESULTS.md. */
export function renderReport(): string {
  const sections = Object.entries(BENCHES).flatMap(([name, { letter, title }]) => {
    const saved = readResult(name);
    return saved ? [section(`${letter}) ${title}`, saved)] : [];
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function section(title: string, saved: SavedResult): string {
  return [
    `## ${title}\n`,
    `${saved.method}\n`,
    ...saved.tables.map((table) => `${formatTable(table)}\n`),
    `\`${saved.command}\`, ${saved.date}, on ${saved.machine}.\n`,
  ].join('\n');
}
