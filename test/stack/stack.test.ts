import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { memoryOf } from '../../bench/memory/process-memory.ts';
import { descendantsOf, survivorsOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';
import { postAndComplete, statusOf } from './orders.ts';
import { makeStackHome, START_MS, type StackHome, StackProcess, stackFileOf, startStack } from './stack-process.ts';
import '../support/starts-processes.ts';

let home: StackHome;
let stack: StackProcess;

beforeAll(async () => {
  home = await makeStackHome();
  stack = await startStack(home);
});

afterAll(async () => {
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await home?.remove();
});

/** The tests share one stack. Each says whether it is to run. */
async function running(): Promise<void> {
  if (!stack.running) stack = await startStack(home);
  const { api } = stackFileOf(home);
  if ((await statusOf(api, 'first')) === undefined) await postAndComplete(api, 'first');
}

async function stopped(): Promise<void> {
  if (stack.running) stack.pressCtrlC();
  await stack.exit;
}

describe('a stack that runs', () => {
  beforeEach(running);

  test('a running stack completes an order', async () => {
    await postAndComplete(stackFileOf(home).api, 'second');
  });

  test('a running stack prints its addresses, and a request that works when copied', () => {
    const { api, queueUrl } = stackFileOf(home);
    expect(stack.output).toContain(queueUrl);
    expect(stack.output).toContain(`curl -i ${api}/orders -d '{"order_id":"ORD-1",`);
  });

  test('a running stack is described by stack.json', async () => {
    const { postgres, sqs, queueUrl, deadLetterQueueUrl, processes } = stackFileOf(home);
    const client = new pg.Client(postgres);
    await client.connect();
    const { rows } = await client.query(`SELECT status FROM orders WHERE order_id = 'first'`);
    await client.end();
    expect(rows).toEqual([{ status: 'Completed' }]);

    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const queues = new SQSClient({ endpoint: sqs, region: 'us-east-1', credentials });
    for (const QueueUrl of [queueUrl, deadLetterQueueUrl])
      await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    queues.destroy();

    expect(Object.keys(processes).sort()).toEqual(['api', 'postgres', 'queue', 'supervisor', 'worker']);
    expect(survivorsOf(Object.values(processes))).toHaveLength(5);
  });

  // Only Linux says how much memory is shared.
  (process.platform === 'linux' ? test : test.skip)('a running stack at rest takes at most 600 MB', async () => {
    const pids = [stack.pid, ...descendantsOf(stack.pid)];
    const isSmall = async () => (await memoryOf(pids)).bytes <= 600e6;
    // Each process frees memory once it is ready, on a busy machine late.
    await waitUntil('it takes at most 600 MB', isSmall, START_MS);
  });

  test('a second npm start names the running stack', async () => {
    const second = new StackProcess('start', home.env);
    await second.endsWith(1);
    expect(second.output).toContain(`a stack is running at ${stackFileOf(home).api} (pid ${stack.pid})`);
    expect(second.output.trim().split('\n')).toHaveLength(1);
  });

  test('a running stack prevents a reset of its data', async () => {
    const reset = new StackProcess('reset', home.env);
    await reset.endsWith(1);
    expect(reset.output).toContain(`(pid ${stack.pid})`);
  });

  test.each(['postgres', 'queue', 'api', 'worker'])(
    'a running stack restarts its %s process when it is killed',
    async (part) => {
      const { api, processes } = stackFileOf(home);
      const killed = processes[part] as number;
      process.kill(killed, 'SIGKILL');
      await waitUntil(`${part} has another process`, () => stackFileOf(home).processes[part] !== killed, START_MS);
      expect(stack.output).toMatch(
        new RegExp(`${part} +its process ${killed} was ended by SIGKILL; starting it again\n`),
      );
      await postAndComplete(api, `after-${part}`);
    },
  );
});

describe('a stack that was killed', () => {
  beforeEach(running);

  test('a killed stack leaves no process except Postgres, which the next start ends, and no order is lost', async () => {
    const processes = descendantsOf(stack.pid);
    const { postgres } = stackFileOf(home).processes;
    const others = processes.filter((pid) => pid !== postgres && !descendantsOf(postgres as number).includes(pid));
    stack.kill();
    await stack.exit;
    await waitUntil('nobody but Postgres is left', () => survivorsOf(others).length === 0);

    stack = await startStack(home);
    expect(stack.output).toContain(`stopped process ${postgres}`);
    expect(survivorsOf(processes)).toEqual([]);
    expect(await statusOf(stackFileOf(home).api, 'first')).toBe('Completed');
  });
});

describe('a stack that is stopped', () => {
  test('a stack that is stopped by Ctrl-C ends within 10 seconds, with code 0, and leaves no process', async () => {
    await running();
    const processes = descendantsOf(stack.pid);
    const before = performance.now();
    stack.pressCtrlC();
    await stack.endsWith(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(survivorsOf(processes)).toEqual([]);
    expect(() => stackFileOf(home)).toThrow('no stack.json');
  });

  test('a stack that is stopped because npm is leaves no process', async () => {
    await stopped();
    const shell = ['sh', '-c', '"$0" "$@"; exit $?'];
    const npm = new StackProcess('start', { ...home.env, npm_lifecycle_event: 'start' }, shell);
    await npm.says('queue       starting');
    const processes = descendantsOf(npm.pid);
    expect(processes.length).toBeGreaterThan(1);
    process.kill(npm.pid, 'SIGTERM');
    await waitUntil('nobody is left', () => survivorsOf(processes).length === 0);
  });

  test('a stack that is stopped while it starts leaves no process, and the next start works', async () => {
    await stopped();
    const reset = new StackProcess('reset', home.env);
    await reset.endsWith(0);

    const interrupted = new StackProcess('start', home.env);
    await interrupted.says('postgres    starting');
    const processes = descendantsOf(interrupted.pid);
    interrupted.pressCtrlC();
    await interrupted.endsWith(0);
    expect(survivorsOf(processes)).toEqual([]);

    stack = await startStack(home);
    const { api } = stackFileOf(home);
    // The reset has taken the old orders.
    expect(await statusOf(api, 'first')).toBeUndefined();
    await postAndComplete(api, 'afresh');
  });
});
