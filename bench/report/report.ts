import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCHES } from '../benches.ts';
import { formatTable } from '../result.ts';
import { drawChart } from './draw-chart.ts';
import { readResult, type SavedResult } from './saved-result.ts';

const REPORT = join(import.meta.dirname, '../RESULTS.md');
const PLOTS = join(import.meta.dirname, '../plots');

const INTRODUCTION = `# Results

Written by \`npm run bench -- report\` from what the runs saved in \`bench/results\`; what follows from the figures is in
[README.md](README.md). Figures of one table come from one run on one machine, the things compared taken in turn:
compare within a table, and expect other absolute figures on another machine.
`;

/** Writes RESULTS.md and its plots from all results that were saved. */
export function writeReport(): void {
  mkdirSync(PLOTS, { recursive: true });
  const sections = Object.entries(BENCHES).flatMap(([name, { letter, title }]) => {
    const saved = readResult(name);
    return saved ? [section(name, `${letter}) ${title}`, saved)] : [];
  });
  writeFileSync(REPORT, [INTRODUCTION, ...sections].join('\n'));
}

function section(name: string, title: string, saved: SavedResult): string {
  const plots = saved.charts.map((chart, index) => {
    const file = `${name}${index === 0 ? '' : `-${index + 1}`}.svg`;
    writeFileSync(join(PLOTS, file), drawChart(chart));
    return `![${chart.title}](plots/${file})\n`;
  });
  return [
    `## ${title}\n`,
    `${saved.method}\n`,
    ...saved.tables.map((table) => `${formatTable(table)}\n`),
    ...plots,
    `\`${saved.command}\`, ${saved.date}, on ${saved.machine}.\n`,
  ].join('\n');
}
