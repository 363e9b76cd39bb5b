import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { CoreTime } from '../../infra/local/lambda/core-time.ts';
import type { FunctionDefinition } from '../../infra/local/lambda/deployment.ts';
import { EnvironmentPool } from '../../infra/local/lambda/environment-pool.ts';
import { isRunning } from '../../infra/local/stack/process/is-running.ts';
import { eventually, waitUntil } from '../support/wait-until.ts';
import { functionDefinition, MemoryLog, readJournal } from './support.ts';
import '../support/starts-processes.ts';

let pool: EnvironmentPool;
const log = new MemoryLog();
/** As if no program ran on the cores, whatever else runs on this machine. */
const idleCores = () => new CoreTime(() => ({ cores: 1, busyMs: 0 }));
const open = (exportName: string, size = 1, changes: Partial<FunctionDefinition> = {}, coreTime = idleCores()) => {
  pool = new EnvironmentPool(functionDefinition(exportName, changes), size, log, undefined, coreTime);
};
const invoke = async (event: unknown = {}) => JSON.parse(await pool.invoke(JSON.stringify(event)));

afterEach(() => pool?.stop());

describe('an execution environment', () => {
  test('an execution environment passes the event, its context and its environment to the handler', async () => {
    open('echo', 1, { timeoutMs: 50_000, environment: { OWN: 'variable' } });
    const { event, context, environment, remainingMs, pid } = await invoke({ some: ['event', 1] });
    expect(event).toEqual({ some: ['event', 1] });
    expect(context).toMatchObject({
      functionName: 'test-echo',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test-echo',
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(environment).toMatchObject({ OWN: 'variable', PATH: process.env.PATH });
    expect(remainingMs).toBeGreaterThan(40_000);
    expect(remainingMs).toBeLessThanOrEqual(50_000);
    expect(pid).not.toBe(process.pid);
  });

  test('an execution environment is kept warm, and serves one invocation at a time', async () => {
    open('countCalls');
    const answers = await Promise.all([invoke(), invoke(), invoke()]);
    expect(answers.map(({ calls }) => calls)).toEqual([1, 2, 3]);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
  });

  test('more execution environments start as needed, up to the size of the pool', async () => {
    open('countCalls', 3);
    // Demand lasts as long as it takes the third to start.
    const pids = new Set<number>();
    const caller = async () => {
      while (pids.size < 3) pids.add((await invoke()).pid);
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    expect([...pids].sort()).toEqual([...pool.pids].sort());
  });

  test('no more execution environments than cores start while programs use up the cores', async () => {
    const cores = availableParallelism();
    // Busy at each look, however late this process is.
    let now = 0;
    const busyCores = new CoreTime(
      () => ({ cores: 1, busyMs: now }),
      () => {
        now += 200;
        return now;
      },
    );
    open('countCalls', cores + 2, {}, busyCores);
    const pids = new Set<number>();
    // As long as it takes them to start, and then several times as long as an invocation waits while cores are idle.
    let until = Number.POSITIVE_INFINITY;
    const caller = async () => {
      while (performance.now() < until) {
        pids.add((await invoke()).pid);
        if (pids.size >= cores) until = Math.min(until, performance.now() + 1_000);
      }
    };
    await Promise.all(Array.from({ length: cores + 8 }, caller));
    expect(pids.size).toBe(cores);
    expect(pool.pids).toHaveLength(cores);
  });

  test('no execution environment starts if a running one is done sooner', async () => {
    open('echo', 3);
    await invoke();
    const answers = await Promise.all(Array.from({ length: 20 }, () => invoke()));
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
  });

  test('an execution environment is replaced when it dies while idle', async () => {
    open('countCalls');
    const { pid } = await invoke();
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(pool.pids).toEqual([]));
    expect(await invoke()).toMatchObject({ calls: 1 });
  });

  test('an execution environment that is idle for long is ended, but never the last one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'environment-'));
    const JOURNAL = join(directory, 'journal');
    try {
      const definition = functionDefinition('gated', { environment: { JOURNAL }, timeoutMs: 60_000 });
      pool = new EnvironmentPool(definition, 3, log, 1_000);
      const invocations = [1, 2, 3].map(() => invoke({ Records: [] }));
      // Until all three are busy, none ends and grows old.
      await eventually(() => expect(readJournal(JOURNAL)).toHaveLength(3));
      const { pids } = pool;
      expect(pids).toHaveLength(3);
      writeFileSync(`${JOURNAL}.open`, '');
      await Promise.all(invocations);
      const idleSince = Date.now();

      await eventually(() => expect(pool.pids).toHaveLength(1));
      await waitUntil('the last one has been idle for long, too', () => Date.now() > idleSince + 2_500);

      expect(pool.pids).toHaveLength(1);
      expect(pids).toContain(pool.pids[0]);
    } finally {
      await pool.stop();
      rmSync(directory, { recursive: true });
    }
  });

  test('an execution environment ends with its parent, even if the parent is killed while the handler blocks', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'environment-'));
    const JOURNAL = join(directory, 'journal');
    const definition = functionDefinition('endAsTold', { environment: { JOURNAL }, timeoutMs: 600_000 });
    const parent = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      `import { ExecutionEnvironment } from ${JSON.stringify(import.meta.resolve('../../infra/local/lambda/execution-environment.ts'))};
       new ExecutionEnvironment(${JSON.stringify(definition)}).invoke('{"Records":[{"body":"block"}]}');`,
    ]);
    try {
      await eventually(() => expect(readJournal(JOURNAL)).toHaveLength(1));
      parent.kill('SIGKILL');
      await eventually(() => expect(readJournal(JOURNAL).filter(({ pid }) => isRunning(pid))).toEqual([]));
    } finally {
      for (const { pid } of readJournal(JOURNAL)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });

  test.each([
    ['the file fails', { file: fileURLToPath(new URL('handlers/broken.ts', import.meta.url)) }, 'broken while'],
    ['there is no such export', { exportName: 'missing' }, 'exports no function "missing"'],
    ['the export is not a function', { exportName: 'notAFunction' }, 'exports no function "notAFunction"'],
  ])('an execution environment that cannot load its handler is a failed invocation: %s', async (_, changes, reason) => {
    open('echo', 1, changes);
    await expect(invoke()).rejects.toThrow(reason);
    await expect(invoke()).rejects.toThrow(reason);
  });
});

describe('stopping the pool', () => {
  test('stopping the pool ends running invocations and rejects new ones', async () => {
    open('endAsTold', 1, { environment: { JOURNAL: '/dev/null' } });
    const running = invoke({ Records: [{ body: 'block' }] });
    await eventually(() => expect(pool.pids).toHaveLength(1));
    const { pids } = pool;
    await Promise.all([pool.stop(), expect(running).rejects.toThrow('the worker is stopping')]);
    await expect(invoke()).rejects.toThrow('the worker is stopping');
    expect(pids.filter(isRunning)).toEqual([]);
  });
});
