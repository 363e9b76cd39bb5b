import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { BatchGatherer } from '../../infra/local/lambda/batch-gatherer.ts';
import { ensureQueues, type Queue } from '../../infra/local/lambda/queues.ts';
import { type Fault, startRelay } from '../queue/relay.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { connectSqs } from './support.ts';

let sqs: SQSClient;
let queue: Queue;
/** The receives of the last gathering. */
let asked: readonly string[];

beforeEach(async () => {
  sqs = connectSqs();
  const definition = { logicalId: 'Source', name: `gathered-${randomUUID()}`, attributes: {} };
  queue = (await ensureQueues(sqs, [definition])).get('Source') as Queue;
});
afterEach(() => sqs.destroy());

const send = (body: string, traceparent?: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: body,
      ...(traceparent && { MessageAttributes: { traceparent: { DataType: 'String', StringValue: traceparent } } }),
    }),
  );

/** Gathers one batch; says of each receive what becomes of it. */
async function gather(
  windowMs: number,
  faultOf: (receive: number) => Fault = () => 'pass',
  now?: () => number,
): Promise<SQSRecord[]> {
  const relay = await forThisTest(startRelay(process.env.TEST_SQS_ENDPOINT ?? '', (_, place) => faultOf(place)));
  asked = relay.requests;
  const client = connectSqs(relay.endpoint, 1);
  try {
    const batch = await new BatchGatherer(client, { batchSize: 10, windowMs }, now).gather(queue);
    return batch.map(({ record }) => JSON.parse(record) as SQSRecord);
  } finally {
    client.destroy();
  }
}

describe('a batch', () => {
  test('a batch that has started is delivered when the queue goes away within its window', async () => {
    await send('first');

    const batch = await gather(20_000, (receive) => (receive === 0 ? 'pass' : 'drop'));

    expect(batch.map(({ body }) => body)).toEqual(['first']);
  });

  test('a batch that has not started fails with the queue', async () => {
    await expect(gather(20_000, () => 'drop')).rejects.toThrow();
  });

  test('a batch has the attributes of its messages, such as the trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb2100000001-b7ad6b7169203331-01';
    await send('traced', traceparent);

    expect(await gather(0)).toMatchObject([
      { body: 'traced', messageAttributes: { traceparent: { stringValue: traceparent, dataType: 'String' } } },
    ]);
    // SQS leaves them out unless it is asked for them; the queue server of the tests does not.
    expect(asked.map((body) => JSON.parse(body))).toMatchObject([
      { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
    ]);
  });

  test('a batch has its whole window from the first message on, also if that comes late in an idle receive', async () => {
    await send('late');
    let elapsedMs = 0;

    await gather(
      1_000,
      () => {
        elapsedMs += 900;
        return 'pass';
      },
      () => elapsedMs,
    );

    // The first message is there after 900 ms, so the window ends after 1,900.
    expect(asked).toHaveLength(3);
  });
});
