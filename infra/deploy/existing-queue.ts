import { GetQueueAttributesCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { UserError } from '../user-error.ts';
import { queueProblems } from './queue-sizing.ts';
import { ownerOf, type Properties, propertiesOfType } from './resources.ts';
import type { Service, Template } from './serverless.ts';

const ATTRIBUTES: QueueAttributeName[] = ['VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy'];

/**
 * Asks AWS for the attributes of an existing queue, which the template does not contain, and runs the same sizing
 * checks as for a queue that the stage creates.
 * @throws UserError with each check that fails
 */
export async function checkExistingQueue({ provider }: Service): Promise<void> {
  const template = provider.compiledCloudFormationTemplate;
  const problems = await Promise.all(
    propertiesOfType(template, 'AWS::Lambda::EventSourceMapping')
      .filter(({ EventSourceArn }) => typeof EventSourceArn === 'string')
      .map((mapping) => problemsOf(mapping, template)),
  );
  if (problems.flat().length > 0) throw new UserError(problems.flat().join('\n'));
}

async function problemsOf(mapping: Properties, template: Template): Promise<string[]> {
  const arn = String(mapping.EventSourceArn);
  const queue = await attributesOf(arn);
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.RedrivePolicy ?? '{}');
  const deadLetters = deadLetterTargetArn && (await attributesOf(deadLetterTargetArn));
  const problems = queueProblems({
    visibility: Number(queue.VisibilityTimeout),
    retention: Number(queue.MessageRetentionPeriod),
    receives: Number(maxReceiveCount),
    deadLetterRetention: deadLetters && Number(deadLetters.MessageRetentionPeriod),
    workerTimeout: Number(ownerOf(template, mapping.FunctionName)?.Properties?.Timeout),
    window: Number(mapping.MaximumBatchingWindowInSeconds ?? 0),
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
