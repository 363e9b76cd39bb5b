import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { drawChart } from '../../bench/report/draw-chart.ts';
import { PLOTS, REPORT, renderReport } from '../../bench/report/report.ts';
import { formatTable } from '../../bench/result.ts';
import { median, percentile } from '../../bench/statistics.ts';

test('RESULTS.md and its plots are what `npm run bench -- report` writes from the saved results', () => {
  const { text, plots } = renderReport();
  expect(readFileSync(REPORT, 'utf8')).toBe(text);
  expect(readdirSync(PLOTS).sort()).toEqual([...plots.keys()].sort());
  for (const [file, svg] of plots) expect(readFileSync(join(PLOTS, file), 'utf8')).toBe(svg);
});

test('a table is Markdown whose columns line up', () => {
  const table = {
    title: 'Speed',
    columns: ['what', 'orders/s'],
    rows: [
      ['ours', '1,000'],
      ['theirs', '9'],
    ],
  };
  expect(formatTable(table)).toBe(`Speed:

| what   | orders/s |
|--------|---------:|
| ours   |    1,000 |
| theirs |        9 |`);
});

test('the longest bar of a chart is the largest value, and labels cannot break out of the SVG', () => {
  const bars = [
    { label: 'a < b & c', value: 50, ours: true },
    { label: 'other', value: 100, ours: false },
  ];
  const svg = drawChart({ title: 'Speed', unit: 'orders/s', groups: [{ title: 'group', bars }] });
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths).toEqual([210, 420]);
  expect(svg).toContain('a &lt; b &amp; c');
});

test('percentiles are by nearest rank', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 99)).toBe(10);
  expect(percentile([], 50)).toBe(0);
});
