import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { BENCHES } from '../../bench/benches.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import '../support/starts-processes.ts';

/** Milliseconds: one of them starts Serverless three times, on a machine that runs other tests at the same time. */
const RUN_MS = 300_000;

for (const [name, { letter, title }] of Object.entries(BENCHES))
  test(
    `the benchmark ${letter}, ${name}, runs and prints its tables`,
    async () => {
      const { stdout } = await bench(name, '--tiny');
      expect(stdout).toContain(title);
      // At least one table, with a line of numbers.
      expect(stdout).toMatch(/^\|-+\|(-+:\|)+\n\|.*\d.*\|$/m);
    },
    RUN_MS,
  );

test('an unknown benchmark is rejected', async () => {
  const stderr = expect.stringContaining('Unknown benchmark "speed".');
  await expect(bench('speed')).rejects.toMatchObject({ code: 2, stderr });
});

function bench(...args: string[]) {
  return promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bench/bench.ts', ...args],
    // The test runner's own options would get into the processes otherwise.
    { cwd: REPOSITORY, env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 10_000_000 },
  );
}
