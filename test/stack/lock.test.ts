import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockDirectory } from '../../infra/local/stack/lock.ts';
import '../support/starts-processes.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-lock-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('a directory can be locked once, and again when it was released', () => {
  const lock = lockDirectory(directory, 'somebody is at work (pid 7)');
  expect(() => lockDirectory(directory, 'a second')).toThrow(`In ${directory} somebody is at work (pid 7).`);
  lock.release();
  const again = lockDirectory(directory, 'a second');
  expect(again.leftBehind).toBe(false);
  again.release();
});

test('a holder that was killed holds no more, and is known to have left things behind', async () => {
  const script = `
    import { lockDirectory } from ${JSON.stringify(new URL('../../infra/local/stack/lock.ts', import.meta.url).href)};
    const lock = lockDirectory(${JSON.stringify(directory)}, 'one that will be killed');
    console.log('locked');
    setInterval(() => lock, 1000);`;
  const holder = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]);
  await once(holder.stdout, 'data');
  expect(() => lockDirectory(directory, 'us')).toThrow('one that will be killed');
  const exit = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exit;

  const lock = lockDirectory(directory, 'us');
  expect(lock.leftBehind).toBe(true);
  lock.release();
});

test('a directory that cannot be made is named', () => {
  // Not even root can make a directory below a file.
  const file = new URL(import.meta.url).pathname;
  expect(() => lockDirectory(join(file, 'below'), 'us')).toThrow(/below cannot be written \(ENOTDIR/);
});

(existsSync('/proc/self') ? test : test.skip)('a directory where the system makes none is named, at once', () => {
  const directory = '/proc/nowhere/local';
  expect(() => lockDirectory(directory, 'us')).toThrow(/^\/proc\/nowhere\/local cannot be written \(ENOENT.*LOCAL_DIR/);
});
