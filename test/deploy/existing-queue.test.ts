import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkExistingQueue } from '../../infra/deploy/existing-queue.ts';
import type { Service } from '../../infra/deploy/serverless.ts';

let sqs: SQSClient;

beforeAll(() => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT,
  });
  sqs = new SQSClient({});
});
afterAll(() => sqs.destroy());

/** Makes a queue, and answers its ARN. */
async function queue(attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: `existing-${randomUUID()}`, Attributes: attributes }),
  );
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return answer.Attributes?.QueueArn as string;
}

/** A queue with a dead-letter queue, with attributes that do. */
async function queues({ visibility = '361', receives = 5, retention = '1209600' } = {}) {
  const deadLetterTargetArn = await queue({ MessageRetentionPeriod: retention });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: receives });
  return { arn: await queue({ VisibilityTimeout: visibility, RedrivePolicy }) };
}

/** A packaged service whose worker, with a timeout of 60 s and a window of 1 s, takes from this queue. */
function serviceWith(arn: unknown): Service {
  const Mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arn,
      FunctionName: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      MaximumBatchingWindowInSeconds: 1,
    },
  };
  const Worker = { Type: 'AWS::Lambda::Function', Properties: { Timeout: 60 } };
  const compiledCloudFormationTemplate = { Resources: { Mapping, Worker } };
  return { service: 'orders', provider: { compiledCloudFormationTemplate }, functions: {}, custom: {}, resources: {} };
}

const check = (arn: unknown) => checkExistingQueue(serviceWith(arn));

describe('a queue that is there already', () => {
  test('an existing queue with suitable attributes is accepted', async () => {
    await expect(check((await queues()).arn)).resolves.toBeUndefined();
  });

  test('no queue is checked if the stage creates its own', async () => {
    await expect(check({ 'Fn::GetAtt': ['OrderQueue', 'Arn'] })).resolves.toBeUndefined();
  });

  test('an existing queue is refused if messages are redelivered while their batch may still be processed', async () => {
    const { arn } = await queues({ visibility: '360' });
    await expect(check(arn)).rejects.toThrow(
      `${arn}: its visibility timeout is 360 s, and must be at least 6 × 60 s + 1 s = 361 s.`,
    );
  });

  test('an existing queue is refused if throttling alone creates dead letters', async () => {
    const { arn } = await queues({ receives: 4 });
    await expect(check(arn)).rejects.toThrow(`${arn}: its maxReceiveCount is 4, and must be at least 5.`);
  });

  test('an existing queue is refused if dead letters are not kept longer than messages', async () => {
    const { arn } = await queues({ retention: '345600' });
    await expect(check(arn)).rejects.toThrow(
      `${arn}: its dead letters are kept 345600 s, which must be longer than its own 345600 s: a message keeps its first timestamp.`,
    );
  });

  test('an existing queue is refused without a dead-letter queue', async () => {
    const arn = await queue({ VisibilityTimeout: '361' });
    await expect(check(arn)).rejects.toThrow(`${arn}: it has no dead-letter queue.`);
  });

  test('a missing queue is refused in one line', async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
    await expect(check(arn)).rejects.toThrow(/^arn:aws:sqs:us-east-1:000000000000:nowhere cannot be read: [^\n]+$/);
  });
});
