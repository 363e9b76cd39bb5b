import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import '../support/starts-processes.ts';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'order-backend-npx-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** With an empty cache of npm and without its registry. */
function npxOrders(...args: string[]): Promise<Run> {
  const { NODE_OPTIONS, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      'npx',
      ['orders', ...args],
      { cwd: REPOSITORY, env: { ...env, npm_config_cache: cache, npm_config_offline: 'true' } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('npx orders prints what the command prints, and nothing else', async () => {
  const { code, stdout, stderr } = await npxOrders('get', '--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^npm run orders -- get <order id>/);
});

test('npx orders exits with the exit code of the command, and only its message', async () => {
  expect(await npxOrders('get')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'Missing order id.\nTry "npm run orders -- get --help" for more information.\n',
  });
});
