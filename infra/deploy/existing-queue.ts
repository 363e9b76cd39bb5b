import { GetQueueAttributesCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { UserError } from '../user-error.ts';
import { queueProblems } from './queue-sizing.ts';
import { attributeOwner, resourcesOfType } from './resources.ts';
import type { Service } from './serverless.ts';

const ATTRIBUTES: QueueAttributeName[] = ['VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy'];

/** An AWS::Lambda::EventSourceMapping of an existing queue. */
interface Mapping {
  readonly EventSourceArn: string;
  readonly FunctionName: unknown;
  readonly MaximumBatchingWindowInSeconds?: number;
}

/**
 * Asks AWS for the attributes of an existing queue, which the template does not contain, and runs the same sizing
 * checks as for a queue that the stage creates.
 * @throws UserError with each check that fails
 */
export async function checkExistingQueue({ provider }: Service): Promise<void> {
  const { Resources = {} } = provider.compiledCloudFormationTemplate;
  const mappings = resourcesOfType(provider.compiledCloudFormationTemplate, 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => Properties as unknown as Mapping)
    .filter(({ EventSourceArn }) => typeof EventSourceArn === 'string');
  const problems = await Promise.all(
    mappings.map((mapping) => {
      const worker = Resources[attributeOwner(mapping.FunctionName) ?? ''];
      return problemsOf(mapping, Number(worker?.Properties?.Timeout));
    }),
  );
  if (problems.flat().length > 0) throw new UserError(problems.flat().join('\n'));
}

async function problemsOf(mapping: Mapping, workerTimeout: number): Promise<string[]> {
  const { EventSourceArn: arn, MaximumBatchingWindowInSeconds: window = 0 } = mapping;
  const queue = await attributesOf(arn);
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.RedrivePolicy ?? '{}');
  const deadLetters = deadLetterTargetArn && (await attributesOf(deadLetterTargetArn));
  const problems = queueProblems({
    visibility: Number(queue.VisibilityTimeout),
    retention: Number(queue.MessageRetentionPeriod),
    receives: Number(maxReceiveCount),
    deadLetterRetention: deadLetters && Number(deadLetters.MessageRetentionPeriod),
    workerTimeout,
    window,
  });
  return problems.map(([, message]) => `${arn}: ${message}`);
}

async function attributesOf(arn: string): Promise<Partial<Record<QueueAttributeName, string>>> {
  const [, , , region = '', account = '', name = ''] = arn.split(':');
  const endpoint = process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL;
  const sqs = new SQSClient({ region, useQueueUrlAsEndpoint: !endpoint });
  const QueueUrl = `${endpoint || `https://sqs.${region}.amazonaws.com`}/${account}/${name}`;
  try {
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ATTRIBUTES }))).Attributes ?? {};
  } catch (error) {
    throw new UserError(`${arn} cannot be read: ${(error as Error).message}`);
  } finally {
    sqs.destroy();
  }
}
