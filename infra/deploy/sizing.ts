import { databaseRoles } from './database-roles.ts';
import { deployability } from './deployability.ts';
import { queueProblems } from './queue-sizing.ts';
import {
  attributeOwner,
  ofType,
  type Properties,
  propertiesOf,
  type Resources,
  resourcesOf,
  type Violation,
  violation,
} from './resources.ts';
import type { Template } from './serverless.ts';

/** The sizing checks on the template alone. A deployment runs them, and refuses a stage that does not pass. */
export function checkSizing(template: Template): Violation[] {
  const resources = resourcesOf(template);
  return [
    ...queues(resources),
    ...tlsPolicies(resources),
    ...timeouts(resources),
    ...databaseRoles(resources),
    ...deployability(resources),
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
function queues(resources: Resources): Violation[] {
  return ofType(resources, 'AWS::Lambda::EventSourceMapping').flatMap(([mappingId, mapping]) => {
    const queueId = attributeOwner(mapping.EventSourceArn) ?? '';
    const queue = resources.get(queueId)?.Properties;
    const worker = resources.get(attributeOwner(mapping.FunctionName) ?? '');
    if (!queue) return [];
    if (!worker) return [violation('worker_is_known', mappingId, 'The event source names no function of this stack.')];
    const { deadLetterTargetArn, maxReceiveCount } = (queue.RedrivePolicy ?? {}) as Properties;
    const deadLetters = resources.get(attributeOwner(deadLetterTargetArn) ?? '');
    const retentionOf = ({ MessageRetentionPeriod = DEFAULT_RETENTION }: Properties) => Number(MessageRetentionPeriod);
    const problems = queueProblems({
      visibility: Number(queue.VisibilityTimeout ?? DEFAULT_VISIBILITY),
      retention: retentionOf(queue),
      receives: Number(maxReceiveCount),
      deadLetterRetention: deadLetters && retentionOf(propertiesOf(deadLetters)),
      workerTimeout: Number(propertiesOf(worker).Timeout ?? DEFAULT_TIMEOUT),
      window: Number(mapping.MaximumBatchingWindowInSeconds ?? 0),
    });
    return problems.map(([rule, message]) => violation(rule, queueId, message));
  });
}

/** Each queue has a policy that rejects every caller without TLS. */
function tlsPolicies(resources: Resources): Violation[] {
  const protectedQueues = ofType(resources, 'AWS::SQS::QueuePolicy')
    .filter(([, { PolicyDocument }]) => (PolicyDocument as { Statement: Properties[] }).Statement.some(isOnlyOverTls))
    .flatMap(([, { Queues }]) => (Queues as { Ref?: string }[]).map(({ Ref }) => Ref));
  return ofType(resources, 'AWS::SQS::Queue')
    .filter(([queueId]) => !protectedQueues.includes(queueId))
    .map(([queueId]) => violation('queues_require_tls', queueId, 'No policy requires TLS for this queue.'));
}

function isOnlyOverTls({ Effect, Principal, Action, Condition }: Properties): boolean {
  const { 'aws:SecureTransport': transport } = ((Condition as Properties | undefined)?.Bool ?? {}) as Properties;
  return Effect === 'Deny' && Principal === '*' && Action === 'sqs:*' && transport === 'false';
}

/** If a function behind the API takes longer than the API waits, the caller is already gone. */
function timeouts(resources: Resources): Violation[] {
  const behindApi = ofType(resources, 'AWS::ApiGatewayV2::Integration').map(([, { IntegrationUri }]) =>
    attributeOwner(IntegrationUri),
  );
  return [...new Set(behindApi)].flatMap((functionId = '') => {
    const behind = resources.get(functionId);
    const timeout = Number(behind ? (propertiesOf(behind).Timeout ?? DEFAULT_TIMEOUT) : Number.POSITIVE_INFINITY);
    if (timeout < LONGEST_INTEGRATION) return [];
    return [
      violation('api_timeout', functionId, `Its timeout is ${timeout} s; the API waits ${LONGEST_INTEGRATION} s.`),
    ];
  });
}
