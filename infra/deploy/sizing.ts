import { databaseRoles } from './database-roles.ts';
import { deployability } from './deployability.ts';
import { queueProblems } from './queue-sizing.ts';
import {
  at,
  attributeOwner,
  check,
  ofType,
  ownerOf,
  type Properties,
  propertiesOfType,
  type Violation,
} from './resources.ts';
import type { Template } from './serverless.ts';

/** The sizing checks on the template alone. A deployment runs them, and refuses a stage that does not pass. */
export function checkSizing(template: Template): Violation[] {
  return [
    ...queues(template),
    ...tlsPolicies(template),
    ...timeouts(template),
    ...databaseRoles(template),
    ...deployability(template),
  ];
}

/** Seconds, for AWS::SQS::Queue: CloudFormation's defaults. */
const DEFAULT_VISIBILITY = 30;
const DEFAULT_RETENTION = 345_600;

/** Seconds, for AWS::Lambda::Function: CloudFormation's default. */
const DEFAULT_TIMEOUT = 3;

/** The most seconds that an HTTP API waits for an integration ("Quotas for configuring and running an HTTP API"). */
const LONGEST_INTEGRATION = 30;

/** The queues of event sources. The attributes of an existing queue are checked when the stage is deployed. */
function queues(template: Template): Violation[] {
  return ofType(template, 'AWS::Lambda::EventSourceMapping').flatMap(([mappingId, mapping]) => {
    const queueId = attributeOwner(mapping.EventSourceArn) ?? '';
    const queue = template.Resources?.[queueId]?.Properties;
    if (!queue) return [];
    const worker = ownerOf(template, mapping.FunctionName);
    if (!worker) return check('worker_is_known', mappingId, false, 'The event source names no function of this stack.');
    const { deadLetterTargetArn, maxReceiveCount } = (queue.RedrivePolicy ?? {}) as Properties;
    const deadLetters = ownerOf(template, deadLetterTargetArn);
    const retentionOf = (properties: unknown) => Number(at(properties, 'MessageRetentionPeriod') ?? DEFAULT_RETENTION);
    const problems = queueProblems({
      visibility: Number(queue.VisibilityTimeout ?? DEFAULT_VISIBILITY),
      retention: retentionOf(queue),
      receives: Number(maxReceiveCount),
      deadLetterRetention: deadLetters && retentionOf(deadLetters.Properties),
      workerTimeout: Number(worker.Properties?.Timeout ?? DEFAULT_TIMEOUT),
      window: Number(mapping.MaximumBatchingWindowInSeconds ?? 0),
    });
    return problems.map(([rule, message]) => ({ rule, resource: queueId, message }));
  });
}

/** Each queue has a policy that rejects every caller without TLS. */
function tlsPolicies(template: Template): Violation[] {
  const protectedQueues = propertiesOfType(template, 'AWS::SQS::QueuePolicy')
    .filter(({ PolicyDocument }) => (PolicyDocument as { Statement: Properties[] }).Statement.some(isOnlyOverTls))
    .flatMap(({ Queues }) => (Queues as { Ref?: string }[]).map(({ Ref }) => Ref));
  return ofType(template, 'AWS::SQS::Queue').flatMap(([queueId]) =>
    check('queues_require_tls', queueId, protectedQueues.includes(queueId), 'No policy requires TLS for this queue.'),
  );
}

function isOnlyOverTls({ Effect, Principal, Action, Condition }: Properties): boolean {
  const transport = at(Condition, 'Bool', 'aws:SecureTransport');
  return Effect === 'Deny' && Principal === '*' && Action === 'sqs:*' && transport === 'false';
}

/** If a function behind the API takes longer than the API waits, the caller is already gone. */
function timeouts(template: Template): Violation[] {
  const behindApi = propertiesOfType(template, 'AWS::ApiGatewayV2::Integration').map(({ IntegrationUri }) =>
    attributeOwner(IntegrationUri),
  );
  return [...new Set(behindApi)].flatMap((id = '') => {
    const behind = template.Resources?.[id];
    const timeout = Number(behind ? (behind.Properties?.Timeout ?? DEFAULT_TIMEOUT) : Number.POSITIVE_INFINITY);
    const message = `Its timeout is ${timeout} s; the API waits ${LONGEST_INTEGRATION} s.`;
    return check('api_timeout', id, timeout < LONGEST_INTEGRATION, message);
  });
}
