import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDeployment } from '../../infra/local/lambda/deployment.ts';
import { isRunning } from '../../infra/local/stack/process/is-running.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { eventually } from '../support/wait-until.ts';
import { connectSqs, readJournal } from './support.ts';
import '../support/starts-processes.ts';

const client = connectSqs();
let directory: string;
let queueName: string;
let worker: ChildProcess;
let output: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'serverless-worker-'));
  queueName = `worker-${randomUUID()}`;
});
afterEach(() => {
  worker.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});
afterAll(() => client.destroy());

const journal = () => readJournal(join(directory, 'journal'));
const queueUrl = async (name = queueName) => (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
const attributes = async (name: string) => {
  const QueueUrl = await queueUrl(name);
  return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
};
const send = async (body: string) =>
  client.send(new SendMessageCommand({ QueueUrl: await queueUrl(), MessageBody: body }));

/** A resolved serverless.yml. */
const service = (visibilityTimeout: number) => ({
  provider: {
    region: 'us-east-1',
    environment: { FROM_YML: 'literal', FROM_CLOUDFORMATION: { Ref: 'Queue' } },
  },
  functions: {
    take: {
      name: 'worker-test-local-take',
      handler: 'handlers/handlers.slow',
      timeout: 5,
      environment: { SLOW_MS: 300 },
      events: [
        {
          sqs: {
            arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            batchSize: 5,
            maximumConcurrency: 2,
            functionResponseType: 'ReportBatchItemFailures',
          },
        },
      ],
    },
    tick: {
      name: 'worker-test-local-tick',
      handler: 'handlers/handlers.tick',
      events: [{ schedule: { rate: ['rate(1 hour)'] } }],
    },
    idle: { name: 'worker-test-local-idle', handler: 'no/such/file.handler', events: [{ httpApi: 'GET /' }] },
  },
  resources: {
    Resources: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: queueName,
          VisibilityTimeout: visibilityTimeout,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 3 },
        },
      },
      DeadLetters: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: `${queueName}-dead-letters`, MessageRetentionPeriod: 1_209_600 },
      },
    },
  },
  custom: { worker: { everySeconds: { tick: 0.5 } } },
});

function start(env: NodeJS.ProcessEnv = {}, visibilityTimeout = 47): void {
  output = '';
  const deployment = readDeployment(service(visibilityTimeout), import.meta.dirname);
  worker = spawn(process.execPath, [join(REPOSITORY, 'infra/local/lambda/run-worker.ts')], {
    env: {
      ...process.env,
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
      WORKER_DEPLOYMENT: JSON.stringify(deployment),
      AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      JOURNAL: join(directory, 'journal'),
      FROM_YML: 'surroundings',
      FROM_CLOUDFORMATION: 'surroundings',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
}

async function startAndWait(): Promise<void> {
  start();
  const [message] = await once(worker, 'message');
  expect(message).toEqual({ ready: true });
}

describe('the worker of npm start', () => {
  test('the worker creates the queues of serverless.yml, and updates existing ones', async () => {
    await client.send(new CreateQueueCommand({ QueueName: queueName, Attributes: { VisibilityTimeout: '5' } }));
    await startAndWait();
    const deadLetters = await attributes(`${queueName}-dead-letters`);
    expect(deadLetters).toMatchObject({ MessageRetentionPeriod: '1209600' });
    const queue = await attributes(queueName);
    expect(queue).toMatchObject({ VisibilityTimeout: '47' });
    expect(JSON.parse(queue?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: deadLetters?.QueueArn,
      maxReceiveCount: 3,
    });
  });

  test('the worker runs queue functions and schedules, with the environment of serverless.yml', async () => {
    await startAndWait();
    await send('an order');
    await eventually(() => expect(journal().map(({ bodies }) => bodies)).toContainEqual(['an order']));
    const ticks = () => journal().filter(({ bodies }) => bodies.includes('worker-test-local-tick'));
    await eventually(() => expect(ticks().length).toBeGreaterThan(2));
    // What only CloudFormation can resolve comes from the surroundings.
    expect(ticks()[0]?.bodies).toEqual(['literal', 'surroundings', 'worker-test-local-tick']);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'the worker finishes running invocations at %s, and leaves no process',
    async (signal) => {
      await startAndWait();
      await send('an order');
      await eventually(() => expect(journal().map(({ bodies }) => bodies)).toContainEqual(['an order']));
      worker.kill(signal);
      worker.kill(signal);
      expect(await once(worker, 'exit')).toEqual([0, null]);
      expect(journal().map(({ what }) => what)).toContain('end');
      expect(await attributes(queueName)).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
      expect(journal().filter(({ pid }) => isRunning(pid))).toEqual([]);
    },
  );

  test('the worker ends when its parent disconnects', async () => {
    await startAndWait();
    worker.disconnect();
    expect(await once(worker, 'exit')).toEqual([0, null]);
  });

  test('a killed worker takes its environments with it', async () => {
    await startAndWait();
    await eventually(() => expect(journal()).not.toEqual([]));
    worker.kill('SIGKILL');
    await eventually(() => expect(journal().filter(({ pid }) => isRunning(pid))).toEqual([]));
  });

  test('the worker waits for a queue server that is not up yet, and can be stopped while it waits', async () => {
    start({ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' });
    await eventually(() => expect(output).toContain('The queue server does not respond'));
    worker.kill('SIGTERM');
    expect(await once(worker, 'exit')).toEqual([0, null]);
  });

  test('the worker says in one line that the address of the queue server is missing', async () => {
    start({ AWS_ENDPOINT_URL_SQS: '' });
    expect(await once(worker, 'exit')).toEqual([1, null]);
    expect(output).toMatch(/^worker: AWS_ENDPOINT_URL_SQS is not set\..*\n$/);
  });

  test('the worker says in one line what the queue server rejects', async () => {
    start({}, 99_999);
    expect(await once(worker, 'exit')).toEqual([1, null]);
    expect(output).toMatch(/^worker: .*refuses what serverless.yml describes.*\n$/);
  });
});
