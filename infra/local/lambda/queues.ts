import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueDefinition } from './deployment.ts';

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

/**
 * Creates or updates the queues as described in serverless.yml, and returns them by their logical ids. An existing
 * queue gets the current attributes, and keeps its messages.
 * @throws the errors of the SDK
 */
export async function ensureQueues(
  client: SQSClient,
  definitions: readonly QueueDefinition[],
): Promise<ReadonlyMap<string, Queue>> {
  const queues = new Map<string, Queue>();
  // Dead-letter queues are referenced by their ARNs, so all must exist before the redrive policies are set.
  for (const { logicalId, name } of definitions) queues.set(logicalId, await createQueue(client, name));
  for (const { logicalId, attributes, redrive } of definitions) {
    const redrivePolicy = redrive && {
      deadLetterTargetArn: queues.get(redrive.deadLetterQueue)?.arn,
      maxReceiveCount: redrive.maxReceiveCount,
    };
    await client.send(
      new SetQueueAttributesCommand({
        QueueUrl: queues.get(logicalId)?.url,
        Attributes: { ...attributes, ...(redrivePolicy && { RedrivePolicy: JSON.stringify(redrivePolicy) }) },
      }),
    );
  }
  return queues;
}

/** Without attributes, because CreateQueue rejects an existing queue with different ones. */
async function createQueue(client: SQSClient, name: string): Promise<Queue> {
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
  const wanted: QueueAttributeName[] = ['QueueArn'];
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: wanted }));
  return { url, arn: Attributes?.QueueArn ?? '' };
}
