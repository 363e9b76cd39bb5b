import { databaseRoles } from './database-roles.ts';
import { deployability } from './deployability.ts';
import type { Finding } from './finding.ts';
import { LEAST_RECEIVES, leastVisibility } from './queue-sizing.ts';
import {
  attributeOwner,
  finding,
  ofType,
  type Properties,
  propertiesOf,
  type Resources,
  resourcesOf,
} from './resources.ts';
import type { Template } from './serverless.ts';

/**
 * Checks that need arithmetic over several resources, or following references, which cfn-guard's language does not
 * support.
 */
export function checkSums(template: Template): Finding[] {
  const resources = resourcesOf(template);
  return [
    ...visibilityTimeouts(resources),
    ...retentions(resources),
    ...tlsPolicies(resources),
    ...sharedRoles(resources),
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

function visibilityTimeouts(resources: Resources): Finding[] {
  return ofType(resources, 'AWS::Lambda::EventSourceMapping').flatMap(([mappingId, mapping]) => {
    const queueId = attributeOwner(mapping.EventSourceArn);
    const queue = queueId !== undefined ? resources.get(queueId) : undefined;
    const worker = resources.get(attributeOwner(mapping.FunctionName) ?? '');
    // An existing queue: its attributes are checked when the stage is deployed.
    if (!queueId || !queue) return [];
    if (!worker) return [finding('worker_is_known', mappingId, 'The event source names no function of this stack.')];
    const timeout = Number(propertiesOf(worker).Timeout ?? DEFAULT_TIMEOUT);
    const window = Number(mapping.MaximumBatchingWindowInSeconds ?? 0);
    const visibility = Number(propertiesOf(queue).VisibilityTimeout ?? DEFAULT_VISIBILITY);
    const { seconds, sum } = leastVisibility(timeout, window);
    if (visibility >= seconds) return [];
    return [
      finding('visibility_timeout', queueId, `VisibilityTimeout is ${visibility} s, and must be ${sum} at least.`),
    ];
  });
}

/** A message keeps its first timestamp when it becomes a dead letter, and some are throttled a few times before. */
function retentions(resources: Resources): Finding[] {
  return ofType(resources, 'AWS::SQS::Queue').flatMap(([queueId, queue]) => {
    const redrive = queue.RedrivePolicy as Properties | undefined;
    if (!redrive) return [];
    const deadLetters = resources.get(attributeOwner(redrive.deadLetterTargetArn) ?? '');
    if (!deadLetters) return [finding('dead_letter_queue', queueId, 'RedrivePolicy names no queue of this stack.')];
    const retention = Number(queue.MessageRetentionPeriod ?? DEFAULT_RETENTION);
    const longer = Number(propertiesOf(deadLetters).MessageRetentionPeriod ?? DEFAULT_RETENTION);
    return [
      ...(longer > retention
        ? []
        : [
            finding(
              'dead_letter_retention',
              queueId,
              `Dead letters are kept ${longer} s, and messages ${retention} s.`,
            ),
          ]),
      ...(Number(redrive.maxReceiveCount) >= LEAST_RECEIVES
        ? []
        : [
            finding(
              'max_receive_count',
              queueId,
              `Throttled invocations alone can use up fewer than ${LEAST_RECEIVES} receives.`,
            ),
          ]),
    ];
  });
}

/** A policy that rejects callers without TLS covers each queue of the stack. */
function tlsPolicies(resources: Resources): Finding[] {
  const named = new Set(
    ofType(resources, 'AWS::SQS::QueuePolicy')
      .filter(([, { PolicyDocument }]) => JSON.stringify(PolicyDocument).includes('aws:SecureTransport'))
      .flatMap(([, { Queues }]) => (Queues as { Ref?: string }[]).map(({ Ref }) => Ref)),
  );
  return ofType(resources, 'AWS::SQS::Queue')
    .filter(([queueId]) => !named.has(queueId))
    .map(([queueId]) => finding('queue_policy', queueId, 'No policy requires TLS for this queue.'));
}

/** No function may use the role of another. */
function sharedRoles(resources: Resources): Finding[] {
  const firstWith = new Map<string, string>();
  return ofType(resources, 'AWS::Lambda::Function').flatMap(([functionId, { Role }]) => {
    const role = attributeOwner(Role);
    if (role === undefined) return [];
    const first = firstWith.get(role) ?? functionId;
    firstWith.set(role, first);
    return first === functionId ? [] : [finding('shared_role', functionId, `It has ${role}, which ${first} has, too.`)];
  });
}

/** If a function behind the API takes longer than the API waits, the caller is already gone. */
function timeouts(resources: Resources): Finding[] {
  const behindApi = ofType(resources, 'AWS::ApiGatewayV2::Integration').map(([, { IntegrationUri }]) =>
    attributeOwner(IntegrationUri),
  );
  return [...new Set(behindApi)].flatMap((functionId = '') => {
    const behind = resources.get(functionId);
    const timeout = Number(behind ? (propertiesOf(behind).Timeout ?? DEFAULT_TIMEOUT) : Number.POSITIVE_INFINITY);
    if (timeout < LONGEST_INTEGRATION) return [];
    return [finding('api_timeout', functionId, `Its timeout is ${timeout} s; the API waits ${LONGEST_INTEGRATION} s.`)];
  });
}
