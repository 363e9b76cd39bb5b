import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type QueueDefinition, readDeployment } from '../../infra/local/lambda/deployment.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printService } from '../../infra/serverless-command.ts';
import { UserError } from '../../infra/user-error.ts';
import { followsQueueUrl } from '../../lib/queue/endpoint.ts';
import type { Check, Finding } from './check.ts';

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** Compares the attributes of the queues with serverless.yml for this stage. */
export function queueAttributes(stage: string, urls: QueueUrls): Check {
  return {
    name: 'the queues match serverless.yml',
    async find() {
      const { queues } = readDeployment(await resolveServerlessYml(stage), REPOSITORY);
      const source = queues.find(({ redrive }) => redrive);
      const deadLetters = queues.find(({ logicalId }) => logicalId === source?.redrive?.deadLetterQueue);
      if (!source || !deadLetters)
        throw new UserError('serverless.yml does not define a queue with a dead-letter queue.');
      const client = new SQSClient({ useQueueUrlAsEndpoint: followsQueueUrl() });
      try {
        const deadLetterArn = await readArn(client, urls.deadLetterQueueUrl);
        const wanted = { ...source.attributes, RedrivePolicy: redrivePolicy(source, deadLetterArn) };
        return [
          ...(await compare(client, urls.queueUrl, wanted)),
          ...(await compare(client, urls.deadLetterQueueUrl, deadLetters.attributes)),
        ];
      } finally {
        client.destroy();
      }
    },
  };
}

/** Cached by stage. Serverless takes seconds to resolve one, and the file does not change while a command runs. */
const resolved = new Map<string, Promise<unknown>>();

function resolveServerlessYml(stage: string): Promise<unknown> {
  const resolution = resolved.get(stage) ?? printService(stage);
  resolved.set(stage, resolution);
  return resolution;
}

function redrivePolicy(queue: QueueDefinition, deadLetterTargetArn: string): string {
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount: queue.redrive?.maxReceiveCount });
}

async function readArn(client: SQSClient, url: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

async function compare(client: SQSClient, url: string, wanted: Readonly<Record<string, string>>): Promise<Finding[]> {
  const { Attributes: actual = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  return Object.entries(wanted)
    .filter(([name, value]) => normal(actual[name as keyof typeof actual]) !== normal(value))
    .map(([name, value]) => ({
      problem: `${url} has ${name} ${actual[name as keyof typeof actual] ?? '(none)'} instead of ${value}`,
      async fix() {
        await new SQSClient({ useQueueUrlAsEndpoint: followsQueueUrl() }).send(
          new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { [name]: value } }),
        );
        return `set ${name} to ${value}`;
      },
    }));
}

/** A redrive policy is JSON whose keys can be in any order and whose count can be text. */
function normal(value: string | undefined): string | undefined {
  if (!value?.startsWith('{')) return value;
  const policy = JSON.parse(value) as Record<string, unknown>;
  return JSON.stringify(
    Object.keys(policy)
      .sort()
      .map((key) => [key, String(policy[key])]),
  );
}
