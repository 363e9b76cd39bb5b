import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import '../support/starts-processes.ts';

const run = promisify(execFile);

const COST = join(import.meta.dirname, '../../tools/cost/cost.ts');

const cost = (...options: string[]) => run(process.execPath, [COST, ...options]);

test('npm run cost prices the packaged stage, and docs/cost.md has the same amounts', async () => {
  const { stdout } = await cost('--orders', '1000000');
  expect(stdout).toContain('Stage prod, list prices of us-east-1');
  const amount = (line: RegExp) => new RegExp(`\\$ +([\\d.]+) +${line.source}`).exec(stdout)?.[1];
  const perMillion = amount(/1,000,000 orders, from POST/);
  expect(Number(perMillion)).toBeGreaterThan(2);
  expect(Number(perMillion)).toBeLessThanOrEqual(4);
  const document = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
  expect(document).toContain(`| a month, day and night: 0.4/s | 730 | $${perMillion} | $${amount(/The processor/)} |`);
  expect(document).toContain(
    `cost $${amount(/1,000,000 reads/)} more. Without any orders, a month costs $${amount(/A month without/)}: alarms $${amount(/alarms/)}`,
  );
  expect(document).toContain(`$${amount(/capacity:/)} for two instances`);
  expect(stdout).toMatch(/What dominates: capacity \(database\) \d+ %/);
});

test('npm run cost prices a stage with other parameters', async () => {
  const { stdout } = await cost('batchingWindow=20', 'visibilityTimeout=380', 'databaseStandby=false');
  expect(stdout).toContain('Stage prod batchingWindow=20 visibilityTimeout=380 databaseStandby=false,');
  expect(stdout).toMatch(/\$ +2\.64 {2}The processor/);
  expect(stdout).toMatch(/\$ +43\.80 {4}capacity: 365 ACU-hours/);
});

test('npm run cost explains each assumption and its source', async () => {
  const { stdout } = await cost('--help');
  expect(stdout).toMatch(/--create-cpu-ms N +ms of CPU per POST \(npm run bench -- billed/);
});

test.each([
  [['--orders', '0'], '--orders must be a number above 0.'],
  [['--orders', 'many'], '--orders must be a number above 0.'],
  [['--reads-per-order', '-1'], "--reads-per-order' argument is ambiguous"],
  [['--discount', '5'], "Unknown option '--discount'"],
])('npm run cost %j reports the problem', async (options, message) => {
  await expect(cost(...options)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
