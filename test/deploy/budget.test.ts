import { describe, expect, test } from '@jest/globals';
import { checkStage } from '../../infra/deploy/check-stage.ts';
import { provisionPollers } from '../../infra/deploy/provision-pollers.ts';
import type { Resource, Service, Template } from '../../infra/deploy/serverless.ts';

interface Stage {
  readonly burst?: number;
  readonly batches?: number;
  readonly reserved?: number;
  readonly capacity?: { readonly MinCapacity: number; readonly MaxCapacity: number } | undefined;
  /** Of a proxy in front of the database, in percent. */
  readonly proxy?: number;
  readonly visibility?: number;
  readonly deadLetterRetention?: number;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly limits?: {
    readonly lambdaConcurrency?: unknown;
    readonly databaseMaxConnections?: unknown;
    readonly databaseStorageType?: string;
  };
}

/** The part of a packaged service that the sizing checks read, with numbers that pass by default. */
function service({ limits, environment = {}, ...stage }: Stage): Service {
  return {
    service: 'orders',
    provider: { environment, compiledCloudFormationTemplate: templateOf(stage) },
    functions: {},
    custom: {
      limits: {
        bundleKilobytes: 400,
        lambdaConcurrency: 1_000,
        databaseMaxConnections: '',
        databaseStorageType: 'aurora',
        ...limits,
      },
    },
    resources: {},
  };
}

const ownDatabase = { MinCapacity: 0.5, MaxCapacity: 4 };

function templateOf(stage: Omit<Stage, 'limits' | 'environment'>): Template {
  const capacity = 'capacity' in stage ? stage.capacity : ownDatabase;
  const { burst = 500, batches = 10, reserved, proxy, visibility = 361, deadLetterRetention = 1_209_600 } = stage;
  return {
    Resources: {
      HttpApiStage: resource('AWS::ApiGatewayV2::Stage', {
        DefaultRouteSettings: { ThrottlingBurstLimit: burst, ThrottlingRateLimit: 500 },
      }),
      Worker: resource('AWS::Lambda::Function', {
        Timeout: 60,
        RecursiveLoop: 'Allow',
        ...(reserved && { ReservedConcurrentExecutions: reserved }),
      }),
      Mapping: resource('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': ['OrderQueue', 'Arn'] },
        FunctionName: { 'Fn::GetAtt': ['Worker', 'Arn'] },
        MaximumBatchingWindowInSeconds: 1,
        ScalingConfig: { MaximumConcurrency: batches },
      }),
      Sweep: resource('AWS::Events::Rule', {}),
      OrderQueue: resource('AWS::SQS::Queue', {
        VisibilityTimeout: visibility,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] }, maxReceiveCount: 5 },
      }),
      DeadLetterQueue: resource('AWS::SQS::Queue', { MessageRetentionPeriod: deadLetterRetention }),
      OrderQueuePolicy: tlsPolicy('OrderQueue'),
      DeadLetterQueuePolicy: tlsPolicy('DeadLetterQueue'),
      ...(capacity && {
        DatabaseCluster: resource('AWS::RDS::DBCluster', { ServerlessV2ScalingConfiguration: capacity }),
      }),
      ...(proxy && {
        Proxy: resource('AWS::RDS::DBProxyTargetGroup', {
          ConnectionPoolConfigurationInfo: { MaxConnectionsPercent: proxy },
        }),
      }),
    },
  };
}

function tlsPolicy(queue: string): Resource {
  const Resource = { 'Fn::GetAtt': [queue, 'Arn'] };
  const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
  const onlyOverTls = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Condition };
  return resource('AWS::SQS::QueuePolicy', {
    Queues: [{ Ref: queue }],
    PolicyDocument: { Statement: [{ ...onlyOverTls, Resource }] },
  });
}

const resource = (Type: string, Properties: Record<string, unknown>): Resource => ({ Type, Properties });

/** The sentences by which a stage is refused; none when it is not. */
function refusals(stage: Stage): string[] {
  try {
    checkStage(service(stage));
    return [];
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError' });
    return (error as Error).message.split('\n');
  }
}

describe('a stage is not refused', () => {
  test.each<[string, Stage]>([
    ['that fits', {}],
    [
      'that uses exactly what there is: 801 + 10 + 1 + 1 = 823 - 10',
      { burst: 801, capacity: { MinCapacity: 1, MaxCapacity: 4 } },
    ],
    ['that uses all invocations that the account allows', { limits: { lambdaConcurrency: 512 } }],
    ['whose requests wait for at most a second', { environment: { MAX_WAIT_SECONDS: '1' } }],
    ['that reserves all that Lambda lets it', { reserved: 900 }],
    ['whose proxy has a connection for each invocation', { proxy: 80 }],
    [
      'with an existing database that takes as many',
      { capacity: undefined, limits: { databaseMaxConnections: '600' } },
    ],
    [
      'whose functions end just after they have waited: 2 × 29,499 ms + 1,000 ms < 60 s',
      { environment: { DATABASE_TIMEOUT_MS: '29499' } },
    ],
    ['whose worker ends just after its work', { environment: { PROCESSING_DELAY_MS: '55000' } }],
    [
      'whose processor takes as long as it takes',
      { environment: { PROCESSOR: './processors/own.ts', PROCESSING_DELAY_MS: '60000' } },
    ],
    [
      'whose containers may all connect to an existing database',
      {
        capacity: undefined,
        environment: { DATABASE_URL: 'postgres://orders@db.example/orders' },
        limits: { databaseMaxConnections: 2_010 },
      },
    ],
  ])('%s', (_, stage) => expect(refusals(stage)).toEqual([]));
});

describe('a stage is refused, with the numbers,', () => {
  test('a stage whose pollers could need more concurrent executions than the account allows is refused', () => {
    const stage = service({});
    Object.assign(stage.custom, { pollers: { minimum: 2, maximum: 60 } });
    provisionPollers(stage);

    expect(stage.provider.compiledCloudFormationTemplate.Resources?.Mapping?.Properties).toMatchObject({
      ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 60 },
    });
    expect(stage.provider.compiledCloudFormationTemplate.Resources?.Mapping?.Properties).not.toHaveProperty(
      'ScalingConfig',
    );
    expect(() => checkStage(stage)).toThrow(
      /^500 requests at once \(apiBurstLimit\) \+ 600 batches \(10 × maximumPollers\) \+ 1 scheduled \+ 1 for migrations are 1102/,
    );
  });

  test.each([
    { minimum: 0, maximum: 10 },
    { minimum: 1, maximum: 10 },
    { minimum: 20, maximum: 10 },
    { minimum: 201, maximum: 300 },
    { minimum: 2, maximum: 2001 },
  ])('a stage with pollers that AWS does not accept is refused: $minimum to $maximum', (pollers) => {
    const stage = service({});
    Object.assign(stage.custom, { pollers });
    expect(() => provisionPollers(stage)).toThrow(/^minimumPollers is .* Set both: 2 to 200/);
  });

  test('a stage that could need more concurrent executions than the account allows is refused', () => {
    expect(refusals({ limits: { lambdaConcurrency: 100 } })).toEqual([
      '500 requests at once (apiBurstLimit) + 10 batches (maximumConcurrency) + 1 scheduled + 1 for migrations are 512 invocations at a time, and lambdaConcurrency, what the account allows, is 100. Lower the former, or have AWS raise the latter.',
    ]);
  });

  test('a stage whose event source has no maximum concurrency is refused', () => {
    const stage = service({});
    Object.assign(stage.provider.compiledCloudFormationTemplate.Resources?.Mapping?.Properties ?? {}, {
      ScalingConfig: undefined,
    });
    expect(() => checkStage(stage)).toThrow(/ \+ Infinity batches \(maximumConcurrency\) /);
  });

  test('a stage whose waiting requests could need more concurrent executions than the account allows is refused', () => {
    expect(refusals({ environment: { MAX_WAIT_SECONDS: '2' } })).toEqual([
      '1000 requests at once (apiRateLimit × MAX_WAIT_SECONDS) + 10 batches (maximumConcurrency) + 1 scheduled + 1 for migrations are 1012 invocations at a time, and lambdaConcurrency, what the account allows, is 1000. Lower the former, or have AWS raise the latter.',
    ]);
  });

  test('a stage whose functions reserve what Lambda keeps for others is refused', () => {
    expect(refusals({ reserved: 901 })).toEqual([
      "The functions reserve 901 invocations at a time, and of the account's 1000 (lambdaConcurrency) Lambda keeps 100 unreserved, which leaves 900.",
    ]);
  });

  test('a stage whose database is too small for the invocations is refused', () => {
    expect(refusals({ capacity: { MinCapacity: 0, MaxCapacity: 2 } })).toEqual([
      '512 invocations at a time (500 of them by apiBurstLimit) × 1 connection are 512, and the database has 189 (max_connections) - 10 for RDS and people = 179. Raise databaseMaxCapacity, or lower apiBurstLimit.',
    ]);
  });

  test('a stage whose proxy cannot hold enough connections is refused', () => {
    expect(refusals({ proxy: 60 })).toEqual([
      '512 invocations at a time (500 of them by apiBurstLimit) × 1 connection are 512, and the database has 60 % (proxyConnectionsPercent) of 823 (max_connections) - 10 for RDS and people = 813, for the proxy 493. Raise databaseMaxCapacity, or lower apiBurstLimit.',
    ]);
  });

  test('a stage whose proxy would take connections that are reserved for RDS and people is refused', () => {
    expect(refusals({ burst: 802, proxy: 100 })).toEqual([
      '814 invocations at a time (802 of them by apiBurstLimit) × 1 connection are 814, and the database has 100 % (proxyConnectionsPercent) of 823 (max_connections) - 10 for RDS and people = 813, for the proxy 813. Raise databaseMaxCapacity, or lower apiBurstLimit.',
    ]);
  });

  test('a stage whose containers could connect to an existing database more often than it allows is refused', () => {
    const environment = { DATABASE_URL: 'postgres://orders@db.example/orders', DATABASE_POOL_SIZE: '3' };
    expect(refusals({ capacity: undefined, environment, limits: { databaseMaxConnections: 2_000 } })).toEqual([
      '1000 containers (lambdaConcurrency) × 3 connections (DATABASE_POOL_SIZE) are 3000, and the database has 2000 (max_connections) - 10 for RDS and people = 1990. Put an RDS Proxy in front of it and name that in databaseUrl.',
    ]);
  });

  test('a stage whose messages are redelivered while their batch may still be processed is refused', () => {
    expect(refusals({ visibility: 360 })).toEqual([
      'OrderQueue: its visibility timeout is 360 s, and must be at least 6 × 60 s + 1 s = 361 s.',
    ]);
  });

  test('a stage whose dead letters expire too early is refused', () => {
    expect(refusals({ deadLetterRetention: 345_600 })).toEqual([
      'OrderQueue: its dead letters are kept 345600 s, which must be longer than its own 345600 s: a message keeps its first timestamp.',
    ]);
  });

  test('a stage whose functions could end while they still wait is refused', () => {
    expect(refusals({ environment: { DATABASE_TIMEOUT_MS: '29000', QUEUE_SEND_TIMEOUT_MS: '2000' } })).toEqual([
      'A request may wait 2 × 29000 ms (DATABASE_TIMEOUT_MS) + 2000 ms (QUEUE_SEND_TIMEOUT_MS) = 60000 ms, and Worker ends after 60000 ms. Lower the former, or raise requestTimeout; the 10 s of the authorizer are the longest that API Gateway waits for one.',
    ]);
  });

  test.each([
    [{ PROCESSING_DELAY_MS: '55001' }, '55001 ms (PROCESSING_DELAY_MS) + 5000 ms for claim and outcomes = 60001 ms'],
    [
      { PROCESSOR: 'webhook', WEBHOOK_TIMEOUT_MS: '56000' },
      '56000 ms (WEBHOOK_TIMEOUT_MS) + 5000 ms for claim and outcomes = 61000 ms',
    ],
  ])('a stage whose worker could end while an order is processed is refused: %j', (environment, sum) => {
    expect(refusals({ environment })).toEqual([
      `A batch may take ${sum}, and the worker ends after 60000 ms. Lower the former, or raise processTimeout.`,
    ]);
  });

  test('a stage whose batches have far more orders than an invocation has time for is refused', () => {
    const environment = { QUEUE_MESSAGES: 'packed', PROCESSING_DELAY_MS: '30000', PROCESSOR_CONCURRENCY: '5' };
    expect(refusals({ environment })).toEqual([
      'A batch may have 10 messages (batchSize) × 100 orders (QUEUE_MESSAGES) = 1000 orders, and an invocation has time for 5, 5 at a time (PROCESSOR_CONCURRENCY): the last ones would be sent on 199 times, and 32 are allowed. Raise PROCESSOR_CONCURRENCY, or lower batchSize.',
    ]);
    expect(refusals({ environment: { ...environment, PROCESSOR_CONCURRENCY: '50' } })).toEqual([]);
    expect(refusals({ environment: { ...environment, QUEUE_MESSAGES: 'single' } })).toEqual([]);
  });

  test('a stage that does not say how many connections its existing database allows is refused', () => {
    expect(refusals({ capacity: undefined })).toEqual([
      'databaseMaxConnections is not set. Set it to the max_connections of the existing database (SHOW max_connections).',
    ]);
  });

  test.each(['many', '0', '1.5', ''])('a stage whose lambdaConcurrency is "%s" is refused', (lambdaConcurrency) => {
    expect(refusals({ limits: { lambdaConcurrency } })).toEqual(['lambdaConcurrency must be a whole number above 0.']);
  });

  test('a stage whose storage type Aurora does not have is refused', () => {
    expect(refusals({ limits: { databaseStorageType: 'gp3' } })).toEqual([
      'databaseStorageType must be aurora or aurora-iopt1.',
    ]);
  });

  test('a stage is refused with all its problems at once', () => {
    expect(refusals({ burst: 1_000, visibility: 30, capacity: { MinCapacity: 0, MaxCapacity: 1 } })).toHaveLength(3);
  });
});
