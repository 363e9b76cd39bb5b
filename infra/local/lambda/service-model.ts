import * as z from 'zod';
import { UserError } from '../../user-error.ts';

/** Lambda starts an event source without a maximum with five concurrent invocations; here it stays at five. */
const DEFAULT_CONCURRENCY = 5;

const unsupported = z.undefined('is not supported by the local worker').optional();

const arnOfResource = z.object(
  { 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) },
  'must name a queue of resources, as in !GetAtt OrderQueue.Arn',
);

// osls has checked the ranges of numbers.
const sqsEvent = z.object(
  {
    arn: arnOfResource,
    enabled: z.boolean().default(true),
    batchSize: z.number().default(10),
    maximumBatchingWindow: z.number().default(0),
    maximumConcurrency: z.number().default(DEFAULT_CONCURRENCY),
    functionResponseType: z.literal('ReportBatchItemFailures').optional(),
    filterPatterns: unsupported,
  },
  'must have an arn that names a queue of resources, as in !GetAtt OrderQueue.Arn',
);

const scheduleEvent = z.object({
  rate: z.array(z.string()),
  enabled: z.boolean().default(true),
  input: z.unknown().optional(),
});

const functionEvent = z.object({
  sqs: sqsEvent.optional(),
  schedule: z.preprocess((event) => (typeof event === 'string' ? { rate: [event] } : event), scheduleEvent).optional(),
});

const environment = z.record(z.string(), z.unknown()).default({});

const lambdaFunction = z.object({
  name: z.string(),
  handler: z.string(),
  timeout: z.number().optional(),
  memorySize: z.number().optional(),
  environment,
  events: z.array(functionEvent).default([]),
});

const provider = z.object({
  region: z.string(),
  timeout: z.number().optional(),
  memorySize: z.number().optional(),
  environment,
});

const queueResource = z.object({
  Properties: z
    .looseObject({
      QueueName: z.string().optional(),
      FifoQueue: unsupported,
      RedrivePolicy: z.object({ deadLetterTargetArn: arnOfResource, maxReceiveCount: z.number() }).optional(),
    })
    .default({}),
});

const service = z.object({
  provider,
  functions: z.record(z.string(), lambdaFunction),
  resources: z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}) }).optional(),
  custom: z
    .object({
      worker: z.strictObject({ everySeconds: z.record(z.string(), z.number().positive()) }).optional(),
      queue: z.object({ environment }).optional(),
    })
    .optional(),
});

export type LambdaFunction = z.infer<typeof lambdaFunction>;
export type QueueResourceModel = z.infer<typeof queueResource>;

/** The part of a resolved serverless.yml that the local worker uses. */
export type ServiceModel = ReturnType<typeof parseServiceModel>;

/** @throws UserError that names the unsupported feature */
export function parseServiceModel(resolved: unknown) {
  const { provider, functions, resources, custom } = parse(service, resolved, []);
  const queues = Object.entries(resources?.Resources ?? {})
    .filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
    .map(([logicalId, resource]) => [logicalId, parse(queueResource, resource, ['resources', logicalId])] as const);
  return {
    provider,
    functions,
    /** The AWS::SQS::Queue resources, by logical id. */
    queues: Object.fromEntries(queues),
    /** Seconds between two runs of a scheduled function, by its key, instead of its rate. */
    everySeconds: custom?.worker?.everySeconds ?? {},
    /** The variables that contain queues, as { Ref: <logical id> }. */
    queueEnvironment: custom?.queue?.environment ?? {},
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, path: readonly string[]): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${[...path, ...issue.path].join('.')}: ${issue.message}`);
  throw new UserError(`The local worker cannot run this serverless.yml. ${problems.join('; ')}.`);
}
