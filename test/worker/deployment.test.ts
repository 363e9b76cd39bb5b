import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readDeployment } from '../../infra/local/lambda/deployment.ts';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

/** A resolved serverless.yml, as Serverless hands it to a plugin. */
function service({ sqs = {}, events, fn = {}, queue = {}, custom, provider = {} }: Changes = {}) {
  return {
    provider: { region: 'eu-west-1', ...provider },
    functions: {
      take: {
        name: 'orders-local-take',
        handler: 'handlers/handlers.answer',
        timeout: 20,
        events: events ?? [{ sqs: { arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, ...sqs } }],
        ...fn,
      },
      api: { name: 'orders-local-api', handler: 'no/such/file.handler', events: [{ httpApi: 'GET /' }] },
    },
    resources: {
      Resources: {
        Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders', VisibilityTimeout: 120, ...queue } },
        DeadLetters: { Type: 'AWS::SQS::Queue' },
      },
    },
    ...(custom && { custom }),
  };
}

interface Changes {
  readonly sqs?: object;
  readonly events?: readonly object[];
  readonly fn?: object;
  readonly queue?: object;
  readonly custom?: object;
  readonly provider?: object;
}

const read = (changes?: Changes) => readDeployment(service(changes), DIRECTORY);

describe('a deployment', () => {
  test('a deployment has only the functions with queue or schedule events, with the defaults of AWS', () => {
    const { functions } = read();
    expect(functions).toHaveLength(1);
    expect(functions[0]).toMatchObject({
      key: 'take',
      functionName: 'orders-local-take',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders-local-take',
      file: `${DIRECTORY}handlers/handlers.ts`,
      exportName: 'answer',
      timeoutMs: 20_000,
      memoryMb: 1024,
      queueEvents: [
        { queue: 'Queue', batchSize: 10, windowMs: 0, maximumConcurrency: 5, reportBatchItemFailures: false },
      ],
      scheduleEvents: [],
    });
  });

  test('a deployment uses the properties of an sqs event', () => {
    const sqs = {
      batchSize: 100,
      maximumBatchingWindow: 2,
      maximumConcurrency: 10,
      functionResponseType: 'ReportBatchItemFailures',
    };
    expect(read({ sqs }).functions[0]?.queueEvents).toEqual([
      { queue: 'Queue', batchSize: 100, windowMs: 2_000, maximumConcurrency: 10, reportBatchItemFailures: true },
    ]);
  });

  test('a deployment omits events that are not enabled', () => {
    const schedule = { rate: ['rate(1 minute)'], enabled: false };
    expect(read({ sqs: { enabled: false } }).functions).toEqual([]);
    expect(read({ events: [{ schedule }] }).functions).toEqual([]);
  });

  test('a deployment has the queues of resources, with the supported attributes', () => {
    const queue = {
      DelaySeconds: 3,
      KmsMasterKeyId: { Ref: 'Key' },
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 5 },
    };
    expect(read({ queue }).queues).toEqual([
      {
        logicalId: 'Queue',
        name: 'orders',
        attributes: { VisibilityTimeout: '120', DelaySeconds: '3' },
        redrive: { deadLetterQueue: 'DeadLetters', maxReceiveCount: 5 },
      },
      { logicalId: 'DeadLetters', name: 'DeadLetters', attributes: {} },
    ]);
  });

  test('a function has the environment of the provider and its own, without values that CloudFormation resolves', () => {
    const provider = { environment: { A: 'provider', B: 'provider', QUEUE_URL: { Ref: 'Queue' } } };
    const { functions } = read({ provider, fn: { environment: { B: 7 } } });
    expect(functions[0]?.environment).toEqual({
      A: 'provider',
      B: '7',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'orders-local-take',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    });
  });

  test('a deployment has schedules at their rates, or as often as custom.worker.everySeconds says', () => {
    const events = [{ schedule: 'rate(1 minute)' }, { schedule: { rate: ['rate(2 hours)'], input: { a: 1 } } }];
    expect(read({ events }).functions[0]?.scheduleEvents).toEqual([
      { periodMs: 60_000 },
      { periodMs: 7_200_000, input: { a: 1 } },
    ]);
    const custom = { worker: { everySeconds: { take: 5 } } };
    expect(read({ events: [{ schedule: 'cron(0 0 * * ? *)' }], custom }).functions[0]?.scheduleEvents).toEqual([
      { periodMs: 5_000 },
    ]);
  });
});

describe('a deployment is refused in one line', () => {
  test.each<[string, Changes, string]>([
    ['a batch over ten without a window', { sqs: { batchSize: 11 } }, 'needs a maximumBatchingWindow of at least 1'],
    ['a visibility timeout under the function timeout', { queue: { VisibilityTimeout: 19 } }, 'may take 20 s, longer'],
    ['a queue that is none of resources', { sqs: { arn: { 'Fn::GetAtt': ['Table', 'Arn'] } } }, 'reads Table'],
    ['the ARN of a queue elsewhere', { sqs: { arn: 'arn:aws:sqs:eu-west-1:1:q' } }, 'must name a queue of resources'],
    ['an sqs event that is only an ARN', { events: [{ sqs: 'arn:aws:sqs:eu-west-1:1:q' }] }, 'must have an arn'],
    ['a FIFO queue', { queue: { FifoQueue: true } }, 'Queue.Properties.FifoQueue: is not supported'],
    ['filter patterns', { sqs: { filterPatterns: [{ body: {} }] } }, 'filterPatterns: is not supported'],
    ['a cron schedule', { events: [{ schedule: 'cron(0 0 * * ? *)' }] }, 'rate(N minutes|hours|days) only'],
    ['a handler that is not there', { fn: { handler: 'no/such/file.handler' } }, 'functions.take.handler is'],
    ['an unknown setting', { custom: { worker: { everySecond: {} } } }, 'everySecond'],
    ['a rate for no schedule', { custom: { worker: { everySeconds: { take: 5 } } } }, 'not a function with a schedule'],
  ])('%s', (_, changes, message) => {
    expect(() => read(changes)).toThrow(message);
    expect(() => read(changes)).toThrow(/^[^\n]+$/);
  });
});
