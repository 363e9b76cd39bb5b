import { publicRoutesOf } from './public-routes.ts';
import {
  attributeOwner,
  listOf,
  ofType,
  propertiesOf,
  type Resources,
  type Violation,
  violation,
} from './resources.ts';
import type { Statement } from './serverless.ts';

/**
 * What AWS rejects, or handles differently from what the template suggests, and neither cfn-lint nor an emulator
 * reports.
 */
export function deployability(resources: Resources): Violation[] {
  return [
    ...queuePolicies(resources),
    ...recursion(resources),
    ...proxyTargets(resources),
    ...interfaces(resources),
    ...processorAlarms(resources),
    ...publicRoutes(resources),
    ...proxyLogs(resources),
  ];
}

/**
 * "Each policy must cover only a single queue (when writing a policy, don't include statements that cover different
 * queues)" (SQS Developer Guide, "Special Information for SQS Policies"). CloudFormation attaches the whole document to
 * each queue.
 */
function queuePolicies(resources: Resources): Violation[] {
  return ofType(resources, 'AWS::SQS::QueuePolicy').flatMap(([policyId, { Queues, PolicyDocument }]) => {
    const queues = listOf(Queues as { Ref?: string }[]).map(({ Ref }) => Ref);
    const { Statement } = PolicyDocument as { Statement: Statement | Statement[] };
    const named = listOf(Statement).flatMap(({ Resource }) => listOf(Resource).map(attributeOwner));
    if (queues.length === 1 && named.every((queue) => queue === queues[0])) return [];
    return [
      violation(
        'queue_policy_names_one_queue',
        policyId,
        `SQS takes one queue per policy, and this one is for ${queues.join(', ')} and names ${named.join(', ')}.`,
      ),
    ];
  });
}

/**
 * Lambda stops a chain of invocations through one queue after about 16 hops, and retries are such a chain (Lambda
 * Developer Guide, "Use Lambda recursive loop detection"). The order's row limits them: MAX_ATTEMPTS, MAX_CRASHES.
 */
function recursion(resources: Resources): Violation[] {
  const workers = ofType(resources, 'AWS::Lambda::EventSourceMapping').map(([, { FunctionName }]) =>
    attributeOwner(FunctionName),
  );
  return [...new Set(workers)].flatMap((worker = '') => {
    const resource = resources.get(worker);
    if (!resource || propertiesOf(resource).RecursiveLoop === 'Allow') return [];
    return [
      violation(
        'retries_may_recur',
        worker,
        'It sends retries to its own queue, which Lambda stops after about 16: set recursiveLoop: Allow.',
      ),
    ];
  });
}

/**
 * RDS Proxy rejects targets while an instance is being created or configured (aws-cdk#31304), and gives up on targets
 * that it cannot reach (aws-cdk#8919). So they wait for each instance, and for each rule that admits the proxy.
 */
function proxyTargets(resources: Resources): Violation[] {
  const databases = new Set(
    ofType(resources, 'AWS::RDS::DBCluster').flatMap(([, { VpcSecurityGroupIds }]) =>
      listOf(VpcSecurityGroupIds as { Ref?: string }[]).map((group) => attributeOwner(group) ?? group.Ref),
    ),
  );
  const needed = [
    ...ofType(resources, 'AWS::RDS::DBInstance'),
    ...ofType(resources, 'AWS::EC2::SecurityGroupIngress').filter(([, { GroupId }]) =>
      databases.has(attributeOwner(GroupId)),
    ),
  ].map(([id]) => id);
  return ofType(resources, 'AWS::RDS::DBProxyTargetGroup').flatMap(([targets]) => {
    const waitsFor = listOf(resources.get(targets)?.DependsOn);
    const missing = needed.filter((id) => !waitsFor.includes(id));
    if (missing.length === 0) return [];
    return [violation('proxy_targets_wait', targets, `It must depend on ${missing.join(', ')}, too.`)];
  });
}

/**
 * A deployment that moves functions out of a network changes their roles first. Lambda then still needs the permission
 * to delete their interfaces, which otherwise block the removal of the network (aws-cdk#34400).
 */
function interfaces(resources: Resources): Violation[] {
  if (ofType(resources, 'AWS::EC2::VPC').length === 0) return [];
  const roles = ofType(resources, 'AWS::Lambda::Function').flatMap(([, { Role }]) => attributeOwner(Role) ?? []);
  return [...new Set(roles)].flatMap((roleId) => {
    const role = resources.get(roleId);
    const policies = (role ? propertiesOf(role).Policies : []) as { PolicyDocument: { Statement: Statement[] } }[];
    const allowed = policies
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => listOf(Action));
    if (allowed.includes('ec2:DeleteNetworkInterface')) return [];
    return [
      violation(
        'interfaces_can_be_deleted',
        roleId,
        'In a stage with a network it must allow ec2:DeleteNetworkInterface.',
      ),
    ];
  });
}

/** By the cluster alone, it is the average over the writer and an idle standby: half of the writer's value. */
function processorAlarms(resources: Resources): Violation[] {
  return ofType(resources, 'AWS::CloudWatch::Alarm')
    .filter(([, { Namespace, MetricName }]) => Namespace === 'AWS/RDS' && MetricName === 'CPUUtilization')
    .filter(([, { Dimensions }]) => !listOf(Dimensions as { Name: string }[]).some(({ Name }) => Name === 'Role'))
    .map(([alarm]) =>
      violation('cpu_alarm_of_the_writer', alarm, 'It averages over the standby, too: add Role=WRITER.'),
    );
}

/**
 * Anybody can call them as often as they like, at the operator's cost; and they share the stage's rate with customers
 * unless they have their own.
 */
function publicRoutes(resources: Resources): Violation[] {
  const routes = publicRoutesOf({ Resources: Object.fromEntries(resources) });
  return ofType(resources, 'AWS::ApiGatewayV2::Stage').flatMap(
    ([stageId, { RouteSettings = {}, DefaultRouteSettings }]) => {
      const rate = (settings: unknown) =>
        Number(
          (settings as { ThrottlingRateLimit?: unknown } | undefined)?.ThrottlingRateLimit ?? Number.POSITIVE_INFINITY,
        );
      const unlimited = routes
        .map(([, key]) => key)
        .filter((key) => rate((RouteSettings as Record<string, unknown>)[key]) >= rate(DefaultRouteSettings));
      if (unlimited.length === 0) return [];
      return [
        violation('public_routes_are_limited', stageId, `${unlimited.join(', ')} need a rate below that of the stage.`),
      ];
    },
  );
}

/** RDS also creates the log of a proxy, and keeps it for ever. */
function proxyLogs(resources: Resources): Violation[] {
  const groups = new Set(ofType(resources, 'AWS::Logs::LogGroup').map(([, { LogGroupName }]) => LogGroupName));
  return ofType(resources, 'AWS::RDS::DBProxy')
    .filter(([, { DBProxyName }]) => !groups.has(`/aws/rds/proxy/${DBProxyName}`))
    .map(([proxy]) =>
      violation('proxy_log_ends', proxy, 'Its log needs a group with a retention: /aws/rds/proxy/<name>.'),
    );
}
