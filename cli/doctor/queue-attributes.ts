import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readDeployment } from '../../infra/local/lambda/deployment.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printService } from '../../infra/serverless-command.ts';
import { UserError } from '../../infra/user-error.ts';
import { followsQueueUrl } from '../../lib/queue/endpoint.ts';
import type { Check, Finding } from './check.ts';

/** Compares the attributes of the queues with serverless.yml for this stage. */
export function queueAttributes(stage: string, urls: { queueUrl: string; deadLetterQueueUrl: string }): Check {
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
        const { QueueArn: deadLetterTargetArn } = await attributesOf(client, urls.deadLetterQueueUrl);
        const policy = { deadLetterTargetArn, maxReceiveCount: source.redrive?.maxReceiveCount };
        const wanted = { ...source.attributes, RedrivePolicy: JSON.stringify(policy) };
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

async function attributesOf(client: SQSClient, url: string): Promise<Readonly<Record<string, string | undefined>>> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
  const { Attributes = {} } = await client.send(command);
  return Attributes;
}

async function compare(client: SQSClient, url: string, wanted: Readonly<Record<string, string>>): Promise<Finding[]> {
  const actual = await attributesOf(client, url);
  return Object.entries(wanted)
    .filter(([name, value]) => normal(actual[name]) !== normal(value))
    .map(([name, value]) => ({
      problem: `${url} has ${name} ${actual[name] ?? '(none)'} instead of ${value}`,
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
