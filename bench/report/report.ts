import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCHES } from '../benches.ts';
import { formatTable } from '../result.ts';
import { drawChart } from './draw-chart.ts';
import { readResult, type SavedResult } from './saved-result.ts';

export const REPORT = join(import.meta.dirname, '../RESULTS.md');
export const PLOTS = join(import.meta.dirname, '../plots');

const INTRODUCTION = `# Results

Written by \`npm run bench -- report\` from what the runs saved in \`bench/results\`; the conclusions are in
[README.md](README.md). The results of one table come from one run on one machine, the things compared taken in turn:
compare within a table, and expect other absolute numbers on another machine.
`;

/** Writes RESULTS.md and its plots from all results that were saved. */
export function writeReport(): void {
  mkdirSync(PLOTS, { recursive: true });
  const { text, plots } = renderReport();
  writeFileSync(REPORT, text);
  for (const [file, svg] of plots) writeFileSync(join(PLOTS, file), svg);
}

export interface Report {
  /** Markdown. */
  readonly text: string;
  /** SVG, by file name. */
  readonly plots: ReadonlyMap<string, string>;
}

export function renderReport(): Report {
  const plots = new Map<string, string>();
  const sections = Object.entries(BENCHES).flatMap(([name, { letter, title }]) => {
    const saved = readResult(name);
    if (!saved) return [];
    const files = saved.charts.map((chart, index) => {
      const file = `${name}${index === 0 ? '' : `-${index + 1}`}.svg`;
      plots.set(file, drawChart(chart));
      return `![${chart.title}](plots/${file})\n`;
    });
    return [section(`${letter}) ${title}`, saved, files)];
  });
  return { text: [INTRODUCTION, ...sections].join('\n'), plots };
}

function section(title: string, saved: SavedResult, plots: readonly string[]): string {
  return [
    `## ${title}\n`,
    `${saved.method}\n`,
    ...saved.tables.map((table) => `${formatTable(table)}\n`),
    ...plots,
    `\`${saved.command}\`, ${saved.date}, on ${saved.machine}.\n`,
  ].join('\n');
}
