import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { makeHealthCheck } from '../../lib/orders/health.ts';
import { type Functions, type HttpAnswer, loadFunctions } from '../support/functions.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

let service: Functions;
let proxy: TcpProxy;
beforeAll(async () => {
  service = await loadFunctions({
    // So that callers are authenticated, and none of these requests comes from one.
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

/** The health that somebody is shown within a second or so: a result is good for one. */
async function healthWhen(isAsExpected: (answer: HttpAnswer) => boolean): Promise<HttpAnswer> {
  let answer = await service.ask('getHealth');
  await waitUntil('health is as expected', async () => {
    answer = await service.ask('getHealth');
    return isAsExpected(answer);
  });
  return answer;
}
const checksAre = (database: string, queue: string) =>
  healthWhen(({ body: { checks } }) => JSON.stringify(checks) === JSON.stringify({ database, queue }));

test('a service whose dependencies respond is ready, without a key', async () => {
  expect(await healthWhen(({ body }) => body.processing === 'running' && body.ready === true)).toMatchObject({
    status: 200,
    body: { status: 'ok', live: true, ready: true, checks: { database: 'ok', queue: 'ok' } },
  });
});

test('a paused service is healthy', async () => {
  await service.psql.rows(`INSERT INTO processing_control VALUES (true, true, now(), 'somebody', NULL)`);
  expect(await healthWhen(({ body }) => body.processing === 'paused')).toMatchObject({
    status: 200,
    body: { ready: true },
  });
  await service.psql.rows('TRUNCATE processing_control');
});

test('health requests within a second share one check', async () => {
  let looks = 0;
  let time = 0;
  const database = { query: async () => [] } as unknown as Database;
  const queue = {
    ping: async () => {
      looks += 1;
    },
  };
  const check = makeHealthCheck({ database, queue, logger: recordingLogger() }, () => time);
  await Promise.all([check(), check()]);
  time = 999;
  await check();
  expect(looks).toBe(1);
  time = 1_000;
  await check();
  expect(looks).toBe(2);
});

test.each(['closed', 'silent'] as const)(
  'the health check names a database that is %s, and nothing else',
  async (state) => {
    await proxy.become(state);
    expect(await checksAre('failing', 'ok')).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) },
      body: {
        status_code: 503,
        message: 'Not ready: database failing',
        live: true,
        ready: false,
        processing: 'unknown',
      },
    });
    await proxy.become('open');
    expect((await checksAre('ok', 'ok')).status).toBe(200);
  },
);

test.each(['DATABASE', 'ROLE orders_app IN DATABASE'])(
  'the health check names a %s that is read-only',
  async (whose) => {
    const target = `${whose} ${new URL(service.databaseUrl).pathname.slice(1)}`;
    // Sessions keep the settings with which they began.
    const set = (change: string) =>
      service.psql.rows(`ALTER ${target} ${change};
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orders' AND datname = current_database()`);
    await set('SET default_transaction_read_only = on');
    expect(await checksAre('read-only', 'ok')).toMatchObject({
      status: 503,
      body: { message: 'Not ready: the database is read-only', ready: false, processing: 'running' },
    });
    await set('RESET ALL');
    expect((await checksAre('ok', 'ok')).status).toBe(200);
  },
);

test('the health check names a queue that is gone, together with the database if both are', async () => {
  const sqs = new SQSClient({});
  await sqs.send(new DeleteQueueCommand({ QueueUrl: service.queueUrl }));
  try {
    expect((await checksAre('ok', 'failing')).status).toBe(503);
    await proxy.become('closed');
    expect((await checksAre('failing', 'failing')).body.message).toBe('Not ready: database and queue failing');
  } finally {
    await sqs.send(new CreateQueueCommand({ QueueName: service.queueUrl.split('/').at(-1) }));
    sqs.destroy();
  }
});
