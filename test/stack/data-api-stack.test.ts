import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { freePorts } from '../support/free-port.ts';
import { descendantsOf, survivorsOf } from '../support/processes.ts';
import { connectPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { postAndComplete } from './orders.ts';
import {
  makeStackHome,
  START_MS,
  type StackHome,
  type StackProcess,
  stackFileOf,
  startStack,
} from './stack-process.ts';
import '../support/starts-processes.ts';

let home: StackHome;
let stack: StackProcess;

beforeAll(async () => {
  const [port] = await freePorts(1);
  const plain = await makeStackHome();
  const awsConfig = join(plain.directory, 'aws-config');
  await writeFile(awsConfig, '[default]\nuse_fips_endpoint = true\n');
  home = {
    ...plain,
    env: {
      ...plain.env,
      DATABASE_DRIVER: 'data-api',
      DATA_API_PORT: String(port),
      // None of this may reach the stack (test/stack/environment.test.ts).
      AWS_CONFIG_FILE: awsConfig,
      AWS_PROFILE: 'nosuch',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NODE_PG_FORCE_NATIVE: '1',
      NODE_USE_ENV_PROXY: '1',
      PGOPTIONS: '-c search_path=app',
      PGSSLMODE: 'prefer',
    },
  };
  stack = await startStack(home);
});

afterAll(async () => {
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await home?.remove();
});

// The tests share one stack, and are in the order of its life.
test('a stack on the Data API takes an order and completes it, over that driver', async () => {
  const { api, dataApi, postgres, processes } = stackFileOf(home);
  await postAndComplete(api, 'first');
  const psql = await connectPsql(postgres);
  const names = await psql.value<string[]>(
    `SELECT array_agg(DISTINCT application_name) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await psql.end();
  // The driver pg would have called its sessions "orders".
  expect(names).toEqual(['']);
  expect(dataApi).toBe(`http://127.0.0.1:${home.env.DATA_API_PORT}`);
  expect(Object.keys(processes).sort()).toEqual(['api', 'data-api', 'postgres', 'queue', 'supervisor', 'worker']);
});

test('the emulator is restarted when it is killed', async () => {
  const { api, processes } = stackFileOf(home);
  const killed = processes['data-api'] as number;
  process.kill(killed, 'SIGKILL');
  await waitUntil('there is another', () => stackFileOf(home).processes['data-api'] !== killed, START_MS);
  await postAndComplete(api, 'after-data-api');
});

test('the doctor finds a stack on the Data API healthy, over the same driver', async () => {
  const { DATABASE_DRIVER, ...env } = home.env;
  const command = ['--import=./infra/node-version.js', 'cli/orders.ts', 'doctor'];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: REPOSITORY,
    env: { ...env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  expect(stdout).toContain('No problems found.');
});

test('a stack on the Data API ends with Ctrl-C, and leaves no process', async () => {
  const processes = descendantsOf(stack.pid);
  stack.pressCtrlC();
  await stack.endsWith(0);
  expect(survivorsOf(processes)).toEqual([]);
});
