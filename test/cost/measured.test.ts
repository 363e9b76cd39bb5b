import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ASSUMPTIONS, type AssumptionName } from '../../tools/cost/assumptions.ts';

interface Result {
  readonly date: string;
  readonly command: string;
  readonly tables: readonly { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }[];
}

const RESULT = JSON.parse(readFileSync(join(import.meta.dirname, '../../bench/results/billed.json'), 'utf8')) as Result;

/** Share by which an assumption may differ from what was measured: it is rounded. */
const ROUNDING = 0.03;

function measured(name: string, column: string): number {
  const cells = RESULT.tables.flatMap(({ columns, rows }) =>
    rows.filter(([row]) => row === name).map((row) => row[columns.indexOf(column)]),
  );
  expect([name, cells]).toEqual([name, [expect.any(String)]]);
  return Number(cells[0]?.replaceAll(',', ''));
}

const cpu = (name: string) => measured(name, 'CPU ms on average');
const logged = (name: string) => measured(name, 'bytes logged');

const MEASURED: Partial<Record<AssumptionName, () => number>> = {
  authorizeCpuMs: () => cpu('authorize'),
  createCpuMs: () => cpu('createOrder'),
  readCpuMs: () => cpu('getOrder'),
  batchCpuMs: () => cpu('processOrders, 1 order'),
  sweepCpuMs: () => cpu('sweepOrders'),
  createLogBytes: () => logged('createOrder'),
  orderLogBytes: () => logged('processOrders, 1 order'),
  sweepLogBytes: () => logged('sweepOrders'),
  bytesPerOrder: () => measured('tables with their indexes', 'bytes'),
};

test.each(Object.entries(MEASURED))('the assumption %s of the cost model matches the measurement', (name, figure) => {
  const { byDefault, from } = ASSUMPTIONS[name as AssumptionName];
  expect(from).toBe(`${RESULT.command}, ${RESULT.date}`);
  expect(Math.abs(byDefault / figure() - 1)).toBeLessThan(ROUNDING);
});

test('the time per further order of a batch matches the difference of two measurements', () => {
  const further = (cpu('processOrders, 25 orders') - cpu('processOrders, 1 order')) / 24;
  expect(Math.abs(ASSUMPTIONS.orderCpuMs.byDefault / further - 1)).toBeLessThan(0.1);
});
