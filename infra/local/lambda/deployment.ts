import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../user-error.ts';
import { parseRate, type ScheduleEvent } from './schedule.ts';
import { type LambdaFunction, parseServiceModel, type QueueResourceModel, type ServiceModel } from './service-model.ts';

/** The functions that a worker runs and the queues of serverless.yml. */
export interface Deployment {
  readonly region: string;
  readonly functions: readonly FunctionDefinition[];
  readonly queues: readonly QueueDefinition[];
}

export interface FunctionDefinition {
  /** Its key in serverless.yml. */
  readonly key: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** Absolute path of the handler's file. */
  readonly file: string;
  readonly exportName: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Its variables in addition to the worker's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly queueEvents: readonly QueueEvent[];
  readonly scheduleEvents: readonly ScheduleEvent[];
}

export interface QueueEvent {
  /** Logical id of the queue. */
  readonly queue: string;
  /** Messages, 1 to 10,000. */
  readonly batchSize: number;
  /** Milliseconds from the first message, 0 to 300,000. */
  readonly windowMs: number;
  /** Concurrent batches, 1 to 1,000. */
  readonly maximumConcurrency: number;
  /** True if the response lists the failed messages; otherwise a batch succeeds or fails as a whole. */
  readonly reportBatchItemFailures: boolean;
}

export interface QueueDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** In the form of the SQS API, without the redrive policy. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly redrive?: { readonly deadLetterQueue: string; readonly maxReceiveCount: number };
}

const HANDLER_EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/** Serverless Framework's own defaults: seconds, MB. */
const DEFAULT_TIMEOUT = 6;
const DEFAULT_MEMORY = 1024;

/** The attributes that have an effect here. Encryption, tags and access policies concern AWS only. */
const QUEUE_ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
];

/** Seconds; the default of SQS (Amazon SQS API reference). */
const DEFAULT_VISIBILITY_TIMEOUT = '30';

/**
 * Reads a resolved serverless.yml.
 * @param directory the absolute directory of the service
 * @param env names queues by their URLs, as the functions get them
 * @throws UserError for features that the local worker does not support, and for settings that AWS rejects
 */
export function readDeployment(resolved: unknown, directory: string, env: NodeJS.ProcessEnv = process.env): Deployment {
  const model = parseServiceModel(resolved);
  const queues = Object.entries(model.queues).map(([logicalId, resource]) =>
    readQueue(logicalId, resource, configuredName(logicalId, model, env)),
  );
  const functions = Object.entries(model.functions)
    .map(([key, definition]) => readFunction(key, definition, model, directory))
    .filter(({ queueEvents, scheduleEvents }) => queueEvents.length + scheduleEvents.length > 0);

  for (const definition of functions)
    for (const event of definition.queueEvents) checkQueueEvent(definition, event, queues);
  for (const key of Object.keys(model.everySeconds))
    if (!functions.some((one) => one.key === key && one.scheduleEvents.length > 0))
      throw new UserError(`custom.worker.everySeconds names "${key}", which is not a function with a schedule.`);
  return { region: model.provider.region, functions, queues };
}

function readFunction(
  key: string,
  definition: LambdaFunction,
  model: ServiceModel,
  directory: string,
): FunctionDefinition {
  const { provider, everySeconds } = model;
  const runs = definition.events.some(({ sqs, schedule }) => sqs || schedule);
  const memoryMb = definition.memorySize ?? provider.memorySize ?? DEFAULT_MEMORY;
  return {
    key,
    functionName: definition.name,
    functionArn: `arn:aws:lambda:${provider.region}:000000000000:function:${definition.name}`,
    ...(runs ? findHandler(key, definition.handler, directory) : { file: '', exportName: '' }),
    timeoutMs: (definition.timeout ?? provider.timeout ?? DEFAULT_TIMEOUT) * 1000,
    memoryMb,
    environment: {
      ...literals({ ...provider.environment, ...definition.environment }),
      AWS_REGION: provider.region,
      AWS_LAMBDA_FUNCTION_NAME: definition.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    },
    queueEvents: definition.events.flatMap(({ sqs }) =>
      sqs?.enabled
        ? {
            queue: sqs.arn['Fn::GetAtt'][0],
            batchSize: sqs.batchSize,
            windowMs: sqs.maximumBatchingWindow * 1000,
            maximumConcurrency: sqs.maximumConcurrency,
            reportBatchItemFailures: sqs.functionResponseType === 'ReportBatchItemFailures',
          }
        : [],
    ),
    scheduleEvents: definition.events.flatMap(({ schedule }) =>
      schedule?.enabled
        ? schedule.rate.map((rate) => ({
            periodMs: everySeconds[key] === undefined ? parseRate(rate) : everySeconds[key] * 1000,
            input: schedule.input,
          }))
        : [],
    ),
  };
}

/**
 * The environment of a function: as on AWS, serverless.yml takes precedence over the environment of the process. Values
 * that only CloudFormation can resolve ({ Ref: … }) are omitted, so that the worker's own variable of that name
 * applies.
 */
function literals(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === null || typeof value === 'object' ? [] : [[name, String(value)]],
    ),
  );
}

/** `functions/queue/process-orders.handler` is the export `handler` of that file. */
export function findHandler(key: string, handler: string, directory: string): { file: string; exportName: string } {
  const dot = handler.lastIndexOf('.');
  const stem = resolve(directory, handler.slice(0, dot));
  const file = HANDLER_EXTENSIONS.map((extension) => stem + extension).find(existsSync);
  if (dot < 1 || !file)
    throw new UserError(
      `functions.${key}.handler is "${handler}", but the file does not exist: ${stem}{${HANDLER_EXTENSIONS}}.`,
    );
  return { file, exportName: handler.slice(dot + 1) };
}

/** The last part of the URL with which the environment names this queue, for functions and worker alike. */
function configuredName(
  logicalId: string,
  { queueEnvironment }: ServiceModel,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const named = Object.entries(queueEnvironment).find(([, value]) => (value as { Ref?: unknown }).Ref === logicalId);
  return (
    named &&
    URL.parse(env[named[0]] ?? '')
      ?.pathname.split('/')
      .at(-1)
  );
}

function readQueue(
  logicalId: string,
  { Properties: properties }: QueueResourceModel,
  configured: string | undefined,
): QueueDefinition {
  const { QueueName: name = logicalId, RedrivePolicy: redrive } = properties;
  return {
    logicalId,
    name: configured || name,
    attributes: Object.fromEntries(
      QUEUE_ATTRIBUTES.flatMap((attribute) =>
        properties[attribute] === undefined ? [] : [[attribute, String(properties[attribute])]],
      ),
    ),
    ...(redrive && {
      redrive: {
        deadLetterQueue: redrive.deadLetterTargetArn['Fn::GetAtt'][0],
        maxReceiveCount: redrive.maxReceiveCount,
      },
    }),
  };
}

/** Settings that CreateEventSourceMapping rejects, so that they are not first discovered in a deployment. */
function checkQueueEvent(
  { key, timeoutMs }: FunctionDefinition,
  { queue: logicalId, batchSize, windowMs }: QueueEvent,
  queues: readonly QueueDefinition[],
): void {
  const queue = queues.find((one) => one.logicalId === logicalId);
  if (!queue) throw new UserError(`functions.${key} reads ${logicalId}, which is not an AWS::SQS::Queue in resources.`);
  if (batchSize > 10 && windowMs < 1000)
    throw new UserError(`functions.${key}: a batchSize over 10 needs a maximumBatchingWindow of at least 1.`);
  const visibilityTimeoutMs = Number(queue.attributes.VisibilityTimeout ?? DEFAULT_VISIBILITY_TIMEOUT) * 1000;
  if (visibilityTimeoutMs < timeoutMs)
    throw new UserError(
      `functions.${key} may take ${timeoutMs / 1000} s, longer than the VisibilityTimeout of ${logicalId}, ` +
        `${visibilityTimeoutMs / 1000} s.`,
    );
}
