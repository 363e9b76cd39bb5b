import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let service: Functions;
let proxy: TcpProxy;
beforeAll(async () => {
  service = await loadFunctions({
    // So that callers are told apart, and none of these requests comes from one.
    settings: { AUTH: 'api-key' },
    async via(url) {
      proxy = await startTcpProxy(url);
      return proxy.url;
    },
  });
});
afterEach(() => proxy.become('open'));
afterAll(async () => {
  await service.close();
  await proxy.close();
});

const health = () => service.ask('getHealth');

test('a service whose parts answer is ready, and says so to everybody', async () => {
  expect(await health()).toMatchObject({
    status: 200,
    body: { status: 'ok', live: true, ready: true, checks: { database: 'ok', queue: 'ok' }, processing: 'running' },
  });
});

test('being paused is no failure', async () => {
  await service.psql.rows(`INSERT INTO processing_control VALUES (true, true, now(), 'somebody', NULL)`);
  expect(await health()).toMatchObject({ status: 200, body: { ready: true, processing: 'paused' } });
  await service.psql.rows('TRUNCATE processing_control');
});

test.each(['closed', 'silent'] as const)('a database that is %s is named, and nothing else is', async (state) => {
  await proxy.become(state);
  expect(await health()).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.any(String) },
    body: {
      status_code: 503,
      message: 'Not ready: database failing',
      live: true,
      ready: false,
      checks: { database: 'failing', queue: 'ok' },
      processing: 'unknown',
    },
  });
  await proxy.become('open');
  expect((await health()).status).toBe(200);
});

test('a queue that is gone is named; with the database, both are', async () => {
  const sqs = new SQSClient({});
  await sqs.send(new DeleteQueueCommand({ QueueUrl: service.queueUrl }));
  try {
    expect(await health()).toMatchObject({ status: 503, body: { checks: { database: 'ok', queue: 'failing' } } });
    await proxy.become('closed');
    expect((await health()).body.message).toBe('Not ready: database and queue failing');
  } finally {
    await sqs.send(new CreateQueueCommand({ QueueName: service.queueUrl.split('/').at(-1) }));
    sqs.destroy();
  }
});
