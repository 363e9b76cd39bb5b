import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REPORT, renderReport } from '../../bench/report/report.ts';
import { formatTable } from '../../bench/result.ts';
import { median, percentile } from '../../bench/statistics.ts';

test('RESULTS.md is what `npm run bench -- report` writes from the saved results', () => {
  expect(readFileSync(REPORT, 'utf8')).toBe(renderReport());
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

test('percentiles are by nearest rank', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 99)).toBe(10);
  expect(percentile([], 50)).toBe(0);
});
