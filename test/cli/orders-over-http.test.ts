import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { makeStackHome, type StackHome, type StackProcess, stackFileOf, startStack } from '../stack/stack-process.ts';
import { connectPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';
import { type Run, runOrders } from './run-orders.ts';

const NODE = ['--disable-warning=ExperimentalWarning', join(REPOSITORY, 'cli/orders.ts')];

let home: StackHome;
let stack: StackProcess;
let directory: string;
let api: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-cli-'));
  home = await makeStackHome();
  const doomed = join(directory, 'processor.ts');
  await writeFile(
    doomed,
    `export default async ({ orderId }, { waitFor }) => {
       if (orderId.startsWith('waits')) await waitFor('shipped on time', { timeoutSeconds: 600 });
       if (orderId.startsWith('doomed'))
         throw new Error('never');
     };`,
  );
  home = { ...home, env: { ...home.env, MAX_ATTEMPTS: '1', PROCESSOR: doomed } };
  stack = await startStack(home);
  ({ api } = stackFileOf(home));
});

afterAll(async () => {
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await home?.remove();
  await rm(directory, { recursive: true, force: true });
});

/** Runs a command against the stack by its URL alone. */
const orders = (args: readonly string[]) => runOrders(args, { LOCAL_DIR: directory, ORDERS_URL: api });

/** The same in a separate process, which reads its standard input. */
function ordersFrom(input: string, args: readonly string[]): Promise<Pick<Run, 'code' | 'stdout' | 'stderr'>> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...NODE, ...args],
      { cwd: REPOSITORY, env: { ...process.env, LOCAL_DIR: directory, ORDERS_URL: api } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const create = (id: string) => orders(['create', id, '--user', '7', '--items', '1,2', '--amount', '19.95']);
const settled = (id: string) =>
  waitUntil(`${id} is finished`, async () => {
    const { stdout } = await orders(['get', id, '--json']);
    return ['Completed', 'Failed', 'Cancelled'].includes((JSON.parse(stdout) as { status: string }).status);
  });

describe('npm run orders, by the API', () => {
  test('create prints a message, get shows the exact amount, and history shows each transition', async () => {
    const created = await create('cli-1');
    expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('order id: cli-1') });
    await settled('cli-1');

    const shown = await orders(['get', 'cli-1']);
    expect(shown.stdout).toMatch(/status +Completed/);
    expect(shown.stdout).toMatch(/total_amount +19\.95\n/);

    const { stdout } = await orders(['history', 'cli-1']);
    expect(stdout).toMatch(/Pending[\s\S]*Pending → Processing[\s\S]*Processing → Completed/);
  });

  test.each([['get'], ['history'], ['cancel'], ['signal', 'shipped'], ['amend', '{"total_amount":1}']])(
    '%s names the order that does not exist, and exits with 1',
    async (name, ...more) => {
      expect(await orders([name, 'nobody', ...more])).toEqual({
        code: 1,
        stdout: '',
        stderr: 'nobody: Order not found (404)\n',
        output: 'nobody: Order not found (404)\n',
      });
    },
  );

  test('create names the invalid field, and exits with 1', async () => {
    const { code, stderr } = await orders(['create', 'cli-2', '--user', 'seven', '--amount=-1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Validation Error \(400\)\n {2}user_id .+\n {2}total_amount .+\n$/);
  });

  test('create --file creates orders, lists rejected ones, and keeps amounts that no float can represent', async () => {
    const line = (id: string, amount: string) =>
      `{"order_id":"${id}","user_id":8,"item_ids":[],"total_amount":${amount}}`;
    const input = [line('file-1', '123456789012.1234567'), '', line('file-2', '-1'), line('file-3', '1')].join('\n');
    const { code, stdout, stderr } = await ordersFrom(input, ['create', '--file', '-', '--json']);
    expect({ code, tally: JSON.parse(stdout) }).toEqual({ code: 1, tally: { accepted: 2, refused: 1 } });
    expect(stderr).toContain('line 3: Validation Error (400)\n  total_amount ');
    expect((await orders(['get', 'file-1', '--json'])).stdout).toContain('"total_amount":"123456789012.1234567"');
  });

  test('create --file rejects a line that is not JSON, and names the line', async () => {
    const { code, stderr } = await ordersFrom('nonsense', ['create', '--file', '-']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^Line 1 is not JSON\..*\n$/) });
  });

  test('create --file reports its progress if the file cannot be read to its end', async () => {
    const input = '{"order_id":"file-4","user_id":8,"item_ids":[],"total_amount":1}\n\nnonsense';
    const { code, stderr } = await ordersFrom(input, ['create', '--file', '-', '--concurrency', '1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Stopped, with 1 accepted and 0 refused\.\nLine 3 is not JSON\..*\n$/);
  });

  test('list returns the newest orders first, over several pages, by status and user, and says when there may be more', async () => {
    const input = Array.from({ length: 130 }, (_, n) =>
      JSON.stringify({ order_id: `page-${n}`, user_id: 99, item_ids: [], total_amount: 1 }),
    ).join('\n');
    expect(await ordersFrom(input, ['create', '--file', '-'])).toMatchObject({
      code: 0,
      stdout: '130 accepted, 0 refused.\n',
    });

    const all = JSON.parse((await orders(['list', '--user', '99', '--limit', '500', '--json'])).stdout) as {
      order_id: string;
      created_at: string;
    }[];
    expect(new Set(all.map(({ order_id }) => order_id)).size).toBe(130);
    const times = all.map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort().reverse());

    const short = await orders(['list', '--user', '99', '--limit', '3']);
    expect(short.stderr).toBe('There may be more orders. To list them, increase --limit (now 3).\n');
    expect((await orders(['list', '--user', '99', '--limit', '130'])).stderr).toBe('');
    const table = short.stdout.trimEnd().split('\n');
    expect(table).toHaveLength(4);
    expect(table[0]).toMatch(/^ORDER +STATUS +USER +AMOUNT/);
    expect((await orders(['list', '--status', 'Sleeping'])).stderr).toMatch(/status .*Pending, Processing/);
  });

  test('signal sends a signal to an order that waits for it, and rejects another payload', async () => {
    await orders(['create', 'waits/1', '--user', '1', '--items', '1', '--amount', '1']);
    const send = (...payload: string[]) => orders(['signal', 'waits/1', 'shipped on time', ...payload]);
    expect(await send('--payload', '{parcel:7}')).toMatchObject({ code: 2 });

    expect((await send('--payload', '{"parcel":7}')).stdout).toBe('waits/1 has the signal shipped on time.\n');
    expect((await send('--payload', '{ "parcel": 7 }')).stdout).toBe(
      'waits/1 had already the signal shipped on time.\n',
    );
    expect(await send()).toMatchObject({ code: 1, stderr: expect.stringContaining('another payload') });
    await orders(['watch', '--until-done']);
    expect((await orders(['history', 'waits/1'])).stdout).toContain('signal_received');
  });

  test('pause stops processing, cancel cancels a waiting order, and resume continues', async () => {
    expect((await orders(['pause', '--reason', 'lunch'])).stdout).toBe('Processing is paused.\n');
    await create('cli-3');
    await create('cli-4');
    expect((await orders(['amend', 'cli-3', '{"total_amount":7.10,"currency":"EUR"}'])).stdout).toBe(
      'cli-3 was changed.\n',
    );
    expect((await orders(['get', 'cli-3'])).stdout).toMatch(/total_amount +7\.10\ncurrency +EUR\n/);
    expect((await orders(['cancel', 'cli-3', '--reason', 'not wanted'])).stdout).toBe('cli-3 is Cancelled.\n');
    expect(await orders(['cancel', 'cli-3'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^cli-3: .*\(409\)/),
    });
    expect((await orders(['resume'])).stdout).toBe('Processing is running.\n');
    await settled('cli-4');
    expect((await orders(['history', 'cli-3'])).stdout).toContain('not wanted');
  });

  test('cancel takes several ids or filters, and names each order that it leaves alone with the cause', async () => {
    await orders(['pause']);
    for (const id of ['bulk-1', 'bulk-2', 'bulk-3']) await create(id);
    expect((await orders(['cancel', 'bulk-1', 'cli-1', 'nobody'])).stderr).toBe(
      'Not cancelled: cli-1. It is Completed.\nNot cancelled: nobody. It does not exist.\n',
    );
    expect(await orders(['cancel', '--all', '--id-prefix', 'bulk-', '--dry-run'])).toMatchObject({
      code: 0,
      stdout: 'bulk-2\nbulk-3\n2 orders would be cancelled.\n',
    });
    expect((await orders(['cancel', '--all', '--id-prefix', 'bulk-'])).stdout).toBe('Cancelled 2 orders.\n');
    const listed = await orders(['list', '--id-prefix', 'bulk-', '--status', 'Cancelled', '--json']);
    expect(JSON.parse(listed.stdout)).toHaveLength(3);
    for (const args of [[], ['--all', 'bulk-1'], ['bulk-1', '--user', '7']])
      expect((await orders(['cancel', ...args])).code).toBe(2);
    await orders(['resume']);
  });

  test('cancel says how many orders are Cancelled now, and how many will be later', async () => {
    await orders(['pause']);
    await create('soon-1');
    await create('soon-2');
    const psql = await connectPsql(stackFileOf(home).postgres);
    // As a worker that has it.
    await psql.rows(
      `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() + interval '1 minute'
       WHERE order_id = 'soon-2'`,
    );
    expect((await orders(['cancel', 'soon-1', 'soon-2'])).stdout).toBe(
      'Cancelled 1 order.\nWill be Cancelled later: 1 order that a worker has, or whose steps are undone first.\n',
    );
    // The end of the attempt makes it Cancelled.
    await psql.rows(`UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL WHERE order_id = 'soon-2'`);
    await psql.end();
    await orders(['resume']);
  });

  test('audit lists who paused and resumed, newest first, and says when there are more entries', async () => {
    for (const [command, reason] of [
      ['pause', 'audited'],
      ['resume', 'done'],
    ] as const)
      await orders([command, '--reason', reason]);
    const { stdout, stderr } = await orders(['audit', '--limit', '2']);
    expect(stdout).toMatch(/^AT .+\n\S+ +processing\.resumed .+done\n\S+ +processing\.paused .+audited\n$/);
    expect(stderr).toContain('There may be more entries.');
    expect(JSON.parse((await orders(['audit', '--action', 'key.created', '--json'])).stdout)).toEqual([]);
    expect(await orders(['audit', '--action', 'sabotage'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('action must be one of processing.paused'),
    });
  });

  test('redrive redrives Failed orders over HTTP, after a dry run', async () => {
    await create('doomed-1');
    await settled('doomed-1');
    const failed = await orders(['list', '--status', 'Failed', '--reason-code', 'processor_error', '--json']);
    expect(JSON.parse(failed.stdout)).toMatchObject([{ order_id: 'doomed-1' }]);
    expect((await orders(['failures'])).stdout).toMatch(/^CAUSE +ORDERS .*\nprocessor_error +1 /);
    const preview = await orders(['redrive', '--all', '--dry-run', '--json']);
    expect(JSON.parse(preview.stdout)).toEqual({
      order_ids: ['doomed-1'],
      orders: [{ order_id: 'doomed-1', owner: '' }],
      capped: 0,
    });
    expect((await orders(['redrive', 'doomed-1', '--reason', 'once more'])).stdout).toBe('Redrove 1 orders.\n');
    expect((await orders(['history', 'doomed-1'])).stdout).toContain('once more');
    expect((await orders(['redrive', 'nobody'])).stderr).toContain('Not redriven: nobody. It does not exist.');
  });

  test('dead-letters lists, resends and deletes messages, and names those that it does not find', async () => {
    const { sqs, queueUrl, deadLetterQueueUrl } = stackFileOf(home);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const queues = new SQSClient({ endpoint: sqs, region: 'us-east-1', credentials });
    const send = (MessageBody: string) =>
      queues.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody }));
    expect((await orders(['dead-letters'])).stdout).toBe('There are no dead letters.\n');

    const { MessageId = '' } = await send('not ours');
    expect((await orders(['dead-letters', 'list'])).stdout).toMatch(new RegExp(`\\n${MessageId} .+ not ours\n$`));
    expect(await orders(['dead-letters', 'delete', MessageId, 'unknown'])).toMatchObject({
      code: 1,
      stdout: 'Deleted 1 dead letters.\n',
      stderr: expect.stringContaining('Not found: unknown.'),
    });

    await orders(['pause']);
    for (let n = 0; n < 12; n += 1) await send(`{"order_id":"letter-${n}"}`);
    expect(await orders(['dead-letters', 'resend', '--all'])).toMatchObject({
      code: 0,
      stdout: 'Resent 12 dead letters.\n',
    });
    await queues.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
    await orders(['resume']);
    queues.destroy();
    expect((await orders(['dead-letters', 'resend'])).code).toBe(2);
  });

  test('watch shows counts as they change, and exits when all orders are finished', async () => {
    await create('cli-watched');
    const { LOCAL_DIR, ...env } = home.env;
    const watching = spawn(process.execPath, [...NODE, 'watch', '--until-done', '--json', '--url', api], {
      cwd: REPOSITORY,
      env,
    });
    let seen = '';
    watching.stdout.on('data', (text) => {
      seen += text;
    });
    const ended = new Promise<number | null>((resolve) => watching.on('close', resolve));
    expect(await ended).toBe(0);
    const last = JSON.parse(seen.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ Pending: 0, Processing: 0 });
    expect(last.Completed).toBeGreaterThan(0);
  });

  test('watch with an order id prints its changes, and exits with 0 only if it is Completed', async () => {
    await create('cli-watched-alone');
    const watched = await orders(['watch', 'cli-watched-alone']);
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    expect(watched.stdout.trim().split('\n').at(-1)).toMatch(/^\d\d:\d\d:\d\d {2}Completed {3}attempt 1$/);

    await orders(['pause']);
    await create('cli-cancelled');
    await orders(['cancel', 'cli-cancelled']);
    await orders(['resume']);
    const { code, stdout } = await orders(['watch', 'cli-cancelled', '--json']);
    expect([code, JSON.parse(stdout).status]).toEqual([1, 'Cancelled']);

    expect(await orders(['watch', 'unknown'])).toMatchObject({ code: 1, stderr: 'unknown: Order not found (404)\n' });
    expect((await orders(['watch', 'cli-cancelled', '--until-done'])).code).toBe(2);
  });

  test('a command exits quietly when its output is closed', async () => {
    const { LOCAL_DIR, ...env } = home.env;
    const watching = spawn(process.execPath, [...NODE, 'watch', '--url', api], { cwd: REPOSITORY, env });
    let complaint = '';
    watching.stderr.on('data', (text) => {
      complaint += text;
    });
    const ended = once(watching, 'close');
    await once(watching.stdout, 'data');
    watching.stdout.destroy();
    await create('cli-5');
    expect(await ended).toEqual([0, null]);
    expect(complaint).toBe('');
  });

  test('a command says in one line that there is no API at the URL', async () => {
    const { code, stderr } = await orders(['get', 'x', '--url', new URL('/', api).href]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No API found at http.* \(404\)\. Its URL must end with \/api\/v1\.\n$/);
  });

  test('a command says in one line that the URL does not respond', async () => {
    const { code, stderr } = await orders(['get', 'x', '--url', 'http://127.0.0.1:1/api/v1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^No response from http:\/\/127\.0\.0\.1:1\/api\/v1 .*Start the local stack with npm start.*\n$/,
    );
  });

  test('npm run orders lists its commands, however help is requested', async () => {
    const { code, stdout } = await orders([]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('The exit code is 0 if') });
    for (const args of [['--help'], ['-h'], ['help']]) expect(await orders(args)).toMatchObject({ code: 0, stdout });
    expect(await orders(['get', '-h'])).toEqual(await orders(['get', '--help']));
  });
});
