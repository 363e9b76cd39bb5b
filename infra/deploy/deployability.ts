import { publicRoutesOf } from './public-routes.ts';
import {
  at,
  attributeOwner,
  brokenRules,
  check,
  listOf,
  ofType,
  propertiesOfType,
  type Rule,
  type Violation,
} from './resources.ts';
import { allowedActions } from './role-rules.ts';
import type { Statement, Template } from './serverless.ts';

const RULES: readonly Rule[] = [
  {
    rule: 'cpu_alarm_of_the_writer',
    type: 'AWS::CloudWatch::Alarm',
    // By the cluster alone, it is the average over the writer and an idle standby: half of the writer's value.
    requires: 'It averages over the standby, too: add Role=WRITER.',
    holds: ({ Namespace, MetricName, Dimensions }) =>
      Namespace !== 'AWS/RDS' ||
      MetricName !== 'CPUUtilization' ||
      listOf(Dimensions as { Name: string }[]).some(({ Name }) => Name === 'Role'),
  },
  {
    rule: 'proxy_log_ends',
    type: 'AWS::RDS::DBProxy',
    // RDS also creates the log of a proxy, and keeps it for ever.
    requires: 'Its log needs a group with a retention: /aws/rds/proxy/<name>.',
    holds: ({ DBProxyName }, _, template) =>
      propertiesOfType(template, 'AWS::Logs::LogGroup').some(
        ({ LogGroupName }) => LogGroupName === `/aws/rds/proxy/${DBProxyName}`,
      ),
  },
];

/**
 * What AWS rejects, or handles differently from what the template suggests, and neither cfn-lint nor an emulator
 * reports.
 */
export function deployability(template: Template): Violation[] {
  return [
    ...queuePolicies(template),
    ...recursion(template),
    ...proxyTargets(template),
    ...interfaces(template),
    ...publicRoutes(template),
    ...brokenRules(template, RULES),
  ];
}

/**
 * "Each policy must cover only a single queue (when writing a policy, don't include statements that cover different
 * queues)" (SQS Developer Guide, "Special Information for SQS Policies"). CloudFormation attaches the whole document to
 * each queue.
 */
function queuePolicies(template: Template): Violation[] {
  return ofType(template, 'AWS::SQS::QueuePolicy').flatMap(([policyId, { Queues, PolicyDocument }]) => {
    const queues = listOf(Queues as { Ref?: string }[]).map(({ Ref }) => Ref);
    const { Statement } = PolicyDocument as { Statement: Statement | Statement[] };
    const named = listOf(Statement).flatMap(({ Resource }) => listOf(Resource).map(attributeOwner));
    return check(
      'queue_policy_names_one_queue',
      policyId,
      queues.length === 1 && named.every((queue) => queue === queues[0]),
      `SQS takes one queue per policy, and this one is for ${queues.join(', ')} and names ${named.join(', ')}.`,
    );
  });
}

/**
 * Lambda stops a chain of invocations through one queue after about 16 hops, and retries are such a chain (Lambda
 * Developer Guide, "Use Lambda recursive loop detection"). The order's row limits them: MAX_ATTEMPTS, MAX_CRASHES.
 */
function recursion(template: Template): Violation[] {
  const workers = propertiesOfType(template, 'AWS::Lambda::EventSourceMapping').map(({ FunctionName }) =>
    attributeOwner(FunctionName),
  );
  return ofType(template, 'AWS::Lambda::Function').flatMap(([id, { RecursiveLoop }]) =>
    check(
      'retries_may_recur',
      id,
      RecursiveLoop === 'Allow' || !workers.includes(id),
      'It sends retries to its own queue, which Lambda stops after about 16: set recursiveLoop: Allow.',
    ),
  );
}

/**
 * RDS Proxy rejects targets while an instance is being created or configured (aws-cdk#31304), and gives up on targets
 * that it cannot reach (aws-cdk#8919). So they wait for each instance, and for each rule that admits the proxy.
 */
function proxyTargets(template: Template): Violation[] {
  const databases = propertiesOfType(template, 'AWS::RDS::DBCluster').flatMap(({ VpcSecurityGroupIds }) =>
    listOf(VpcSecurityGroupIds as { Ref?: string }[]).map((group) => attributeOwner(group) ?? group.Ref),
  );
  const needed = [
    ...ofType(template, 'AWS::RDS::DBInstance'),
    ...ofType(template, 'AWS::EC2::SecurityGroupIngress').filter(([, { GroupId }]) =>
      databases.includes(attributeOwner(GroupId)),
    ),
  ].map(([id]) => id);
  return ofType(template, 'AWS::RDS::DBProxyTargetGroup').flatMap(([targets]) => {
    const waitsFor = listOf(template.Resources?.[targets]?.DependsOn);
    const missing = needed.filter((id) => !waitsFor.includes(id));
    return check('proxy_targets_wait', targets, missing.length === 0, `It must depend on ${missing.join(', ')}, too.`);
  });
}

/**
 * A deployment that moves functions out of a network changes their roles first. Lambda then still needs the permission
 * to delete their interfaces, which otherwise block the removal of the network (aws-cdk#34400).
 */
function interfaces(template: Template): Violation[] {
  if (ofType(template, 'AWS::EC2::VPC').length === 0) return [];
  const roles = propertiesOfType(template, 'AWS::Lambda::Function').map(({ Role }) => attributeOwner(Role));
  return ofType(template, 'AWS::IAM::Role')
    .filter(([id]) => roles.includes(id))
    .flatMap(([id, role]) =>
      check(
        'interfaces_can_be_deleted',
        id,
        allowedActions(role).includes('ec2:DeleteNetworkInterface'),
        'In a stage with a network it must allow ec2:DeleteNetworkInterface.',
      ),
    );
}

/**
 * Anybody can call them as often as they like, at the operator's cost; and they share the stage's rate with customers
 * unless they have their own.
 */
function publicRoutes(template: Template): Violation[] {
  const keys = publicRoutesOf(template).map(([, key]) => key);
  const rate = (settings: unknown) => Number(at(settings, 'ThrottlingRateLimit') ?? Number.POSITIVE_INFINITY);
  return ofType(template, 'AWS::ApiGatewayV2::Stage').flatMap(([stageId, { RouteSettings, DefaultRouteSettings }]) => {
    const unlimited = keys.filter((key) => rate(at(RouteSettings, key)) >= rate(DefaultRouteSettings));
    const message = `${unlimited.join(', ')} need a rate below that of the stage.`;
    return check('public_routes_are_limited', stageId, unlimited.length === 0, message);
  });
}
