import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { deadLetters } from '../../cli/doctor/dead-letters.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { encodeMessage, encodePack } from '../../lib/queue/message.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT,
});

let lab: OrderLab;
let sqs: SQSClient;
let queueUrl: string;
let letters: DeadLetters;

beforeAll(async () => {
  lab = await openOrderLab();
  sqs = new SQSClient({});
});
beforeEach(async () => {
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `dead-${randomUUID()}` }))).QueueUrl ?? '';
  letters = new DeadLetters(queueUrl);
  await lab.psql.rows('TRUNCATE orders');
  await lab.insert('a');
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encodeMessage('a') }));
  lab.queue.refuses = () => false;
  lab.queue.sends.length = 0;
});
afterAll(async () => {
  sqs.destroy();
  await lab.close();
});

/** Finds the dead letters, fixes what can be fixed, and says what was done and how many letters are left. */
async function fix(): Promise<{ done: (string | undefined)[]; left: number }> {
  const { database, queue } = lab;
  const findings = await deadLetters({ database, queue, letters, keepHidden: true }).find();
  const done = await Promise.all(findings.map(async (finding) => finding.fix?.()));
  letters.close();
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const left =
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  return { done, left };
}

describe('the dead letter of an unfinished order', () => {
  test('the dead letter of an unfinished order is deleted after a new message was sent', async () => {
    expect(await fix()).toEqual({ done: ['sent again'], left: 0 });
    expect(lab.queue.orderIds).toEqual(['a']);
  });

  test('the dead letter of an unfinished order is kept if the queue rejects the new message', async () => {
    lab.queue.refuses = () => true;

    expect(await fix()).toEqual({ done: [expect.stringContaining('the dead letter is kept')], left: 1 });
  });
});

describe('a dead letter about several orders', () => {
  const send = (...orderIds: string[]) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encodePack(orderIds.map((key) => ({ key }))) }));

  beforeEach(async () => {
    await lab.insert('b', 'finished');
    await lab.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'finished'`);
  });

  test('a dead letter about several orders is deleted after a message was sent for those that are unfinished', async () => {
    await send('b', 'finished');

    expect(await fix()).toEqual({ done: ['sent again', 'sent again'], left: 0 });
    expect(lab.queue.orderIds.sort()).toEqual(['a', 'b']);
  });

  test('a dead letter about several orders is kept if one of them is unknown', async () => {
    await send('b', 'never posted');

    expect(await fix()).toEqual({ done: expect.arrayContaining(['sent again', undefined]), left: 1 });
    expect(lab.queue.orderIds).toEqual(['a']);
  });
});

test('the dead letter of a finished order is deleted, and no message is sent', async () => {
  await lab.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL`);

  expect((await fix()).left).toBe(0);
  expect(lab.queue.sends).toEqual([]);
});
