import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type QueueServer, startQueueServer } from '../../infra/local/queue/queue.ts';
import { externalAddresses } from '../../infra/local/stack/addresses.ts';
import { externalEnvironment } from '../../infra/local/stack/environment.ts';
import { waitForServices } from '../../infra/local/stack/external-services.ts';
import { readStackSettings } from '../../infra/local/stack/settings.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePorts } from '../support/free-port.ts';
import { postAndComplete } from './orders.ts';
import { makeStackHome, type StackHome, StackProcess, stackFileOf } from './stack-process.ts';
import '../support/starts-processes.ts';

let database: TestDatabase;
let home: StackHome;
let queuePort = 0;
let queue: QueueServer | undefined;
let stack: StackProcess | undefined;

beforeAll(async () => {
  // Its progress, which is not what is tested here.
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  database = await createTestDatabase();
  home = await makeStackHome();
  [queuePort = 0] = await freePorts(1);
});

afterAll(async () => {
  if (stack?.running) stack.pressCtrlC();
  await stack?.exit;
  await queue?.stop();
  await home?.remove();
  await database?.drop();
});

const SQS = { AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT };

/** As the stack does: in the environment of its functions. */
function waitIn(env: NodeJS.ProcessEnv, patienceSeconds?: number): Promise<void> {
  const addresses = externalAddresses(readStackSettings(home.env), env);
  Object.assign(process.env, externalEnvironment(addresses, env));
  return waitForServices(addresses, new AbortController().signal, patienceSeconds);
}

describe('a stack on services of the environment', () => {
  test('an external stack waits for its services, and then completes an order', async () => {
    const endpoint = `http://127.0.0.1:${queuePort}`;
    stack = new StackProcess('start --external', {
      ...home.env,
      DATABASE_URL: database.url,
      AWS_ENDPOINT_URL: endpoint,
      AWS_PROFILE: 'nosuch',
      AWS_REGION: '',
      AWS_ACCESS_KEY_ID: '',
    });
    await stack.says(`expected at ${endpoint}`);
    queue = await startQueueServer({ port: queuePort });
    await stack.says('Ready after');

    const { api, postgres, sqs, queueUrl, processes } = stackFileOf(home);
    expect({ postgres, sqs }).toEqual({ postgres: database.url, sqs: endpoint });
    expect(queueUrl).toBe(`${endpoint}/000000000000/orders-local`);
    expect(Object.keys(processes).sort()).toEqual(['api', 'supervisor', 'worker']);
    await postAndComplete(api, 'external');
  });

  test.each([
    ['postgres', 'DATABASE_URL', SQS],
    ['queue', 'AWS_ENDPOINT_URL_SQS', { DATABASE_URL: process.env.TEST_POSTGRES_URL }],
  ])(
    'an external stack gives up if the %s service does not respond, and says how to start it',
    async (name, variable, given) => {
      const [closed] = await freePorts(1);
      const scheme = variable === 'DATABASE_URL' ? 'postgres://someone:secret@' : 'http://';
      const env = { ...given, [variable]: `${scheme}127.0.0.1:${closed}/` };
      const waiting = waitIn(env, 0);
      await expect(waiting).rejects.toThrow(
        new RegExp(`^The ${name} service at .*${closed}.* does not respond .*docker compose up -d --wait.*${variable}`),
      );
      await expect(waiting).rejects.not.toThrow('secret');
    },
  );

  test.each([
    ['sslmode=require', /^The postgres service at .* refuses us: The server does not support SSL connections/],
    ['sslmode=always', /^Bad configuration: sslmode of DATABASE_URL must be one of/],
  ])(
    'an external stack gives up immediately if the database cannot be reached because of %s',
    async (parameter, problem) => {
      const env = { ...SQS, DATABASE_URL: `${database.url}?${parameter}` };
      const waiting = waitIn(env);
      await expect(waiting).rejects.toThrow(problem);
    },
  );

  test('an external stack connects without TLS with sslmode=prefer', async () => {
    const env = { ...SQS, DATABASE_URL: `${database.url}?sslmode=prefer` };
    await waitIn(env);
  });
});

test('the defaults are the services of docker-compose.yml', () => {
  const addresses = externalAddresses(readStackSettings({}), {});
  expect(addresses).toEqual({
    api: 'http://localhost:8000/api/v1',
    external: true,
    postgres: 'postgres://postgres:password@127.0.0.1:5432/orders_db',
    sqs: 'http://127.0.0.1:4566',
    queueUrl: 'http://127.0.0.1:4566/000000000000/orders-local',
    deadLetterQueueUrl: 'http://127.0.0.1:4566/000000000000/orders-local-dead-letters',
  });
});
