import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { survivorsOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

describe('a program without the flags that it needs', () => {
  let program: ChildProcess;

  afterEach(() => {
    program.kill('SIGKILL');
  });

  async function start(): Promise<{ pid: number; rest: string }> {
    const file = join(import.meta.dirname, 'programs/on-project-node.js');
    program = spawn(process.execPath, [file, 'an', 'argument'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(program.stdout as NodeJS.ReadableStream, 'data');
    const [pid, ...rest] = String(line).trim().split(' ');
    return { pid: Number(pid), rest: rest.join(' ') };
  }

  test('a program without the required flags runs again with them and with its arguments', async () => {
    const { pid, rest } = await start();
    expect(pid).not.toBe(program.pid);
    expect(rest).toBe('true an,argument');
  });

  test('a program on the second Node passes a signal on, and ends with the exit code of that process', async () => {
    await start();
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([7, null]);
  });

  test('killing a program ends its second process as well', async () => {
    const { pid } = await start();
    program.kill('SIGKILL');
    await waitUntil('the second process is gone', () => survivorsOf([pid]).length === 0);
  });
});

test('jest started by its file, as IDEs do, runs test files in workers as npm test does', async () => {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [
    join(REPOSITORY, 'node_modules/jest/bin/jest.js'),
    '--maxWorkers=2',
    'test/queue/message.test.ts',
    'test/config',
  ];
  const jest = spawn(process.execPath, args, { cwd: REPOSITORY, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [output, [code]] = await Promise.all([text(jest.stderr), once(jest, 'exit')]);
  expect(output).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
  expect(code).toBe(0);
});
