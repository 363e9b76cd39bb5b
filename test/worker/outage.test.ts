import { DeleteQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type QueueServer, startQueueServer } from '../../infra/local/queue/queue.ts';
import { eventually } from '../support/wait-until.ts';
import { Bench, connectSqs } from './support.ts';
import '../support/starts-processes.ts';

let server: QueueServer;
let client: SQSClient;
let bench: Bench;
/** Requests begun so far, whatever became of them. */
let requests: number;

beforeEach(async () => {
  server = await startQueueServer({ port: 0 });
  client = connectSqs(server.endpoint);
  requests = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      requests++;
      return next(args);
    },
    { step: 'initialize' },
  );
  bench = await Bench.set({ handler: 'failSome' }, client);
  bench.source.start();
});

afterEach(async () => {
  await bench.stop();
  await server.stop();
});

test('a queue that has vanished is created again', async () => {
  await client.send(new DeleteQueueCommand({ QueueUrl: bench.queue.url }));
  await eventually(() => bench.send('after'));
  await eventually(() => expect(bench.batches).toEqual([['after']]));
});

test('a queue server that is down is logged once, and used again when it is back', async () => {
  await bench.send('before');
  await eventually(() => expect(bench.batches).toEqual([['before']]));
  // Deleted, too: otherwise the outage could fall between the two, and be told of the message as well.
  await eventually(async () => expect(await bench.counts()).toEqual({ visible: 0, inFlight: 0 }));
  await server.stop();
  await eventually(() => expect(bench.log.lines).toEqual([expect.stringContaining('the queue does not respond')]));
  const begun = requests;
  await eventually(() => expect(requests).toBeGreaterThan(begun + 2));
  const { port } = new URL(server.endpoint);
  server = await startQueueServer({ port: Number(port) });
  await eventually(() => bench.send('after'));
  await eventually(() => expect(bench.batches).toEqual([['before'], ['after']]));
  expect(bench.log.lines).toHaveLength(2);
  expect(bench.log.lines[1]).toContain('the queue responds again');
});

test('stopping does not wait for a queue server that is down', async () => {
  await server.stop();
  await eventually(() => expect(bench.log.lines).toHaveLength(1));
  // The server does not come back: only the limit of this test would end a wait for it.
  await bench.source.stop();
  expect(bench.log.lines).toHaveLength(1);
});
