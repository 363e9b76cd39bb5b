import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { enter } from '../../infra/caller-environment.ts';
import { findServices } from '../../infra/local/serverless-offline/invoke-local.ts';
import { runOffline } from '../../infra/local/serverless-offline/offline.ts';
import { UserError } from '../../infra/user-error.ts';
import { postAndComplete, statusOf } from '../stack/orders.ts';
import { makeStackHome, type StackHome, StackProcess, stackFileOf } from '../stack/stack-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePorts } from '../support/free-port.ts';
import { sqsEvent } from '../support/lambda.ts';
import { descendantsOf, survivorsOf } from '../support/processes.ts';
import { connectPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

const ORDER = { order_id: 'invoked', user_id: 7, item_ids: [1, 2], total_amount: 19.99 };

let home: StackHome;

beforeAll(async () => {
  home = await makeStackHome();
});

afterAll(() => home?.remove());

/** Runs a command to its end. @returns what it printed, and its exit code */
async function run(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ output: string; code: number | null }> {
  const program = new StackProcess(command, { ...home.env, ...env });
  const code = await program.exit;
  return { output: program.output, code };
}

/** What a function returned, without the lines of its log before it. */
const resultIn = (output: string) => JSON.parse(output.slice(output.indexOf('{\n')));

describe('serverless invoke local', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database?.drop());

  test('invoke local creates an order on the configured services, and processes it by its SQS event', async () => {
    const event = join(home.directory, 'event.json');
    const batch = join(home.directory, 'batch.json');
    await writeFile(event, JSON.stringify({ body: JSON.stringify(ORDER) }));
    await writeFile(batch, JSON.stringify(sqsEvent([JSON.stringify({ order_id: ORDER.order_id })])));
    const services = { DATABASE_URL: database.url, QUEUE_URL: `${process.env.TEST_SQS_ENDPOINT}/000000000000/none` };

    const created = await run(`serverless invoke local -f createOrder --path ${event}`, services);
    expect(resultIn(created.output)).toMatchObject({ statusCode: 202 });
    const processed = await run(`serverless invoke local -f processOrders --path ${batch}`, services);
    expect(resultIn(processed.output)).toEqual({ batchItemFailures: [] });
    const psql = await connectPsql(database.url);
    expect(await psql.rows('SELECT order_id, status FROM orders')).toEqual([
      { order_id: ORDER.order_id, status: 'Completed' },
    ]);
    await psql.end();
    expect([created.code, processed.code]).toEqual([0, 0]);
  });

  test('invoke local says in one line what to start when there is no database', async () => {
    const { output, code } = await run('serverless invoke local -f createOrder');
    expect(output).toMatch(/^No stack to work on: start the local one \(npm start\), or set DATABASE_URL.*\n$/);
    expect(code).toBe(1);
  });

  test('invoke local says in one line that the configured database does not respond', async () => {
    const [port] = await freePorts(1);
    const env = {
      DATABASE_URL: `postgres://someone:secret@127.0.0.1:${port}/orders`,
      QUEUE_URL: 'http://127.0.0.1/queue',
    };
    await expect(findServices(env)).rejects.toThrow(
      /^The database at postgres:\/\/someone:\*\*\*@.* does not respond \(.*\): start .*npm start/,
    );
  });
});

describe('serverless offline', () => {
  let offline: StackProcess;
  let port: number;

  /** The tests share one stack, and each may be the first. */
  async function running(): Promise<string> {
    if (!offline?.running) {
      offline = new StackProcess(`serverless offline start --httpPort=${port}`, home.env);
      await offline.says('Ready after');
    }
    return stackFileOf(home).api;
  }

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
  });

  afterAll(async () => {
    if (offline?.running) offline.pressCtrlC();
    await offline?.exit;
  });

  test.each([
    [{ stage: 'dev' }, {}, 'serverless offline runs the stage local: leave out --stage.'],
    [{ prefix: 'v2' }, {}, '--prefix is not supported: leave it out.'],
    [{}, { DATABASE_URL: 'postgres://localhost/orders' }, 'DATABASE_URL is set, but no queue'],
    [{}, { QUEUE_URL: 'http://localhost/queue' }, 'QUEUE_URL or AWS_ENDPOINT_URL_SQS is set, but no database'],
  ])('serverless offline rejects what it does not support: %j %j', async (options, env, message) => {
    enter({ ...home.env, ...env });
    const refused = runOffline(options, new AbortController().signal);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(UserError);
  });

  test('serverless offline starts everything when nothing is configured, and completes an order', async () => {
    const api = await running();
    expect(api).toBe(`http://localhost:${port}/api/v1`);
    await postAndComplete(api, 'offline');
  });

  test('invoke local uses the services of serverless offline', async () => {
    const api = await running();
    await postAndComplete(api, 'before the call');
    const { data } = (await (await fetch(`${api}/metrics`)).json()) as { data: { status_counts: object } };
    const { output } = await run('serverless invoke local -f getMetrics');
    expect(JSON.parse(resultIn(output).body).data.status_counts).toEqual(data.status_counts);
  });

  test('serverless offline serves a second API on the services of the running stack, and stops only that', async () => {
    const api = await running();
    const [second] = await freePorts(1);
    const attached = new StackProcess(`serverless offline --httpPort=${second}`, home.env);
    await attached.says('Ready after');
    const processes = descendantsOf(attached.pid);
    await postAndComplete(`http://localhost:${second}/api/v1`, 'attached');
    attached.pressCtrlC();
    await attached.endsWith(0);
    expect(survivorsOf(processes)).toEqual([]);
    expect(await statusOf(api, 'attached')).toBe('Completed');
  });

  test('serverless offline starts nothing if the running stack already serves the API, and says so in one line', async () => {
    await running();
    const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const stopping = new AbortController();
    enter(home.env);
    const attached = runOffline({ httpPort: String(port) }, stopping.signal);
    await waitUntil('it has said so', () => printed.mock.calls.length > 0);
    stopping.abort();
    await attached;
    expect(printed.mock.calls).toEqual([
      [
        `The running stack (process ${offline.pid}) serves http://localhost:${port}/api/v1. For a second API, pass --httpPort.`,
      ],
    ]);
    printed.mockRestore();
  });

  test('serverless offline stops everything that it started at Ctrl-C', async () => {
    await running();
    const processes = descendantsOf(offline.pid);
    expect(processes.length).toBeGreaterThan(3);
    offline.pressCtrlC();
    await offline.endsWith(0);
    expect(survivorsOf(processes)).toEqual([]);
  });
});

test('npm run reset -- --help prints its help and deletes nothing', async () => {
  const data = join(home.directory, 'queue/data');
  await mkdir(dirname(data), { recursive: true });
  await writeFile(data, 'kept');
  const { output, code } = await run('reset --help');
  expect(output).toContain('npm run reset');
  expect(output).toContain('--yes');
  expect(code).toBe(0);
  expect(await readFile(data, 'utf8')).toBe('kept');
  await rm(data);
});
