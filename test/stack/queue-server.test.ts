import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { freePorts } from '../support/free-port.ts';
import '../support/starts-processes.ts';

const QueueName = 'some-queue';

let directory: string;
let port = 0;
let server: ChildProcess;
let client: SQSClient;
let QueueUrl: string | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-queue-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  await start();
  // Longer than any test: what is received and not given back stays hidden.
  const Attributes = { VisibilityTimeout: '300' };
  ({ QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes })));
});

afterEach(async () => {
  await kill();
  await rm(join(directory, 'queue'), { recursive: true, force: true });
});

/** The queue server's process, on a port that it never had before. */
async function start(): Promise<void> {
  [port = 0] = await freePorts(1);
  server = fork('infra/local/queue/queue-server.ts', {
    cwd: REPOSITORY,
    env: { ...process.env, QUEUE_PORT: String(port), LOCAL_DIR: directory },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(server, 'message');
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
}

async function kill(): Promise<void> {
  client.destroy();
  const exit = once(server, 'exit');
  server.kill('SIGKILL');
  await exit;
}

const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function receive(WaitTimeSeconds = 0) {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body, ReceiptHandle }) => ({ body: Body, handle: ReceiptHandle }));
}

test('messages survive a kill -9, and stay hidden for their consumer', async () => {
  await send('held');
  expect(await receive()).toHaveLength(1);
  await send('waiting');
  await kill();
  await start();
  expect((await receive()).map(({ body }) => body)).toEqual(['waiting']);
});

test('the URL of a queue contains the current port of the server', async () => {
  expect(QueueUrl).toBe(`http://127.0.0.1:${port}/000000000000/${QueueName}`);
  await kill();
  await start();
  expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(
    `http://127.0.0.1:${port}/000000000000/${QueueName}`,
  );
});

test('a message made visible again is received again, before and after a kill -9', async () => {
  await send('again');
  for (const restart of [false, true]) {
    const [message] = await receive();
    expect(message?.body).toBe('again');
    const ReceiptHandle = message?.handle;
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    if (!restart) continue;
    await kill();
    await start();
  }
  expect(await receive()).toHaveLength(1);
});

test('the long poll of a client that is gone receives no message', async () => {
  const gone = connect(port, '127.0.0.1');
  await once(gone, 'connect');
  const body = JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 });
  gone.write(
    `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n` +
      `X-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  // A response to a later request shows that the earlier one is being served; then it goes.
  await receive();
  gone.resetAndDestroy();
  await once(gone, 'close');
  await receive();

  await send('for the living');
  expect((await receive(5)).map(({ body: text }) => text)).toEqual(['for the living']);
});

test('the queue server is reachable only by the loopback address', async () => {
  // Another address of this machine, which a server on all interfaces would answer on.
  const elsewhere = connect(port, process.platform === 'linux' ? '127.0.0.2' : '::1');
  const [error] = await once(elsewhere, 'error');
  expect(error).toMatchObject({ code: expect.stringMatching(/ECONNREFUSED|EADDRNOTAVAIL/) });
});
