import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import '../support/starts-processes.ts';

const run = promisify(execFile);

const COST = join(import.meta.dirname, '../../tools/cost/cost.ts');

const cost = (...options: string[]) => run(process.execPath, [COST, ...options]);

test('npm run cost prices the packaged stage: at most $4 per million orders without the database', async () => {
  const { stdout } = await cost('--orders', '1000000');
  expect(stdout).toContain('Stage prod (data-api), list prices of us-east-1');
  const amount = (line: RegExp) => new RegExp(`\\$ +([\\d.]+) {2}${line.source}`).exec(stdout)?.[1];
  const perMillion = amount(/a million orders, without the processor's time/);
  expect(Number(perMillion)).toBeGreaterThan(2);
  expect(Number(perMillion)).toBeLessThanOrEqual(4);
  // As docs/cost.md has it.
  const document = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
  expect(document).toContain(`| a month, day and night: 0.4/s | 730 | $${perMillion} | $${amount(/its time: /)} |`);
  const [, window] = /-\$ +([\d.]+) {2}batchingWindow: 20/.exec(stdout) ?? [];
  expect(document).toContain(`saves $${window} per month`);
  // Each assumption stands there with its option and its source.
  expect(stdout).toMatch(/--create-cpu-ms [\d.]+ {2}ms of CPU per POST \(npm run bench -- billed/);
});

test.each([
  [['--orders', '0'], '--orders must be a number above 0.'],
  [['--orders', 'many'], '--orders must be a number above 0.'],
  [['--reads-per-order', '-1'], "--reads-per-order' argument is ambiguous"],
  [['--database', 'mysql'], '--database must be data-api or pg, not "mysql".'],
  [['--discount', '5'], "Unknown option '--discount'"],
])('npm run cost %j reports the problem', async (options, message) => {
  await expect(cost(...options)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
