import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { BatchGatherer } from '../../infra/local/lambda/batch-gatherer.ts';
import { ensureQueues } from '../../infra/local/lambda/queues.ts';
import { connectSqs } from './support.ts';

test('a received message becomes the record that Lambda gives to a function', async () => {
  const client = connectSqs();
  const name = `record-${randomUUID()}`;
  const queue = (await ensureQueues(client, [{ logicalId: 'Queue', name, attributes: {} }])).get('Queue');
  if (!queue) throw new Error('no queue');
  const { MessageId } = await client.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: '{"order_id":"ORD111"}',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'words' },
        number: { DataType: 'Number', StringValue: '7' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
      },
    }),
  );
  const [message] = await new BatchGatherer(client, { batchSize: 10, windowMs: 0 }).gather(queue);
  const lists = { stringListValues: [], binaryListValues: [] };
  expect(JSON.parse(message?.record ?? '')).toEqual({
    messageId: MessageId,
    receiptHandle: message?.receiptHandle,
    body: '{"order_id":"ORD111"}',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      SenderId: expect.any(String),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    },
    messageAttributes: {
      text: { dataType: 'String', stringValue: 'words', ...lists },
      number: { dataType: 'Number', stringValue: '7', ...lists },
      bytes: { dataType: 'Binary', binaryValue: 'AQL/', ...lists },
    },
    md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
    md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    awsRegion: 'us-east-1',
  });
  client.destroy();
});
