import { describe, expect, test } from '@jest/globals';
import { deployability } from '../../infra/deploy/deployability.ts';
import type { Resource } from '../../infra/deploy/serverless.ts';
import '../support/starts-processes.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const resource = (Type: string, Properties: Record<string, unknown> = {}, DependsOn: string[] = []): Resource => ({
  Type,
  Properties,
  DependsOn,
});

/** What a stage has that AWS is particular about, as it should be. */
const STAGE: Readonly<Record<string, Resource>> = {
  OnlyOverTls: policy(['OrderQueue'], ['OrderQueue']),
  Mapping: resource('AWS::Lambda::EventSourceMapping', { FunctionName: arnOf('Worker') }),
  Worker: resource('AWS::Lambda::Function', { RecursiveLoop: 'Allow', Role: arnOf('WorkerRole') }),
  WorkerRole: role('ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'),
  Network: resource('AWS::EC2::VPC'),
  Cluster: resource('AWS::RDS::DBCluster', { VpcSecurityGroupIds: [{ Ref: 'DatabaseGroup' }] }),
  Writer: resource('AWS::RDS::DBInstance'),
  Standby: resource('AWS::RDS::DBInstance'),
  ProxyMayConnect: resource('AWS::EC2::SecurityGroupIngress', {
    GroupId: { 'Fn::GetAtt': ['DatabaseGroup', 'GroupId'] },
  }),
  Targets: resource('AWS::RDS::DBProxyTargetGroup', {}, ['Writer', 'Standby', 'ProxyMayConnect']),
  HealthRoute: resource('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /api/v1/health' }),
  Stage: stage({ ThrottlingRateLimit: 20 }),
  Proxy: resource('AWS::RDS::DBProxy', { DBProxyName: 'orders-prod' }),
  ProxyLog: resource('AWS::Logs::LogGroup', { LogGroupName: '/aws/rds/proxy/orders-prod' }),
  CpuAlarm: resource('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/RDS',
    MetricName: 'CPUUtilization',
    Dimensions: [
      { Name: 'DBClusterIdentifier', Value: 'orders' },
      { Name: 'Role', Value: 'WRITER' },
    ],
  }),
};

function policy(queues: string[], named: string[]): Resource {
  const Resource = named.length === 1 ? arnOf(named[0] ?? '') : named.map(arnOf);
  return resource('AWS::SQS::QueuePolicy', {
    Queues: queues.map((Ref) => ({ Ref })),
    PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sqs:*', Resource }] },
  });
}

function stage(ofHealth: object | undefined): Resource {
  return resource('AWS::ApiGatewayV2::Stage', {
    DefaultRouteSettings: { ThrottlingRateLimit: 500 },
    ...(ofHealth && { RouteSettings: { 'GET /api/v1/health': ofHealth } }),
  });
}

function role(...actions: string[]): Resource {
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  return resource('AWS::IAM::Role', { Policies: [{ PolicyDocument: { Statement } }] });
}

const rulesBrokenBy = (changed: Readonly<Record<string, Resource>>) =>
  deployability({ Resources: { ...STAGE, ...changed } }).map(({ rule, resource: id }) => [rule, id]);

describe('a template is refused', () => {
  test.each<[string, string, string, Resource]>([
    [
      'whose queue policy covers two queues',
      'queue_policy_names_one_queue',
      'OnlyOverTls',
      policy(['OrderQueue', 'DeadLetterQueue'], ['OrderQueue', 'DeadLetterQueue']),
    ],
    [
      'whose queue policy names another queue',
      'queue_policy_names_one_queue',
      'OnlyOverTls',
      policy(['OrderQueue'], ['DeadLetterQueue']),
    ],
    [
      "whose worker's retries Lambda would stop",
      'retries_may_recur',
      'Worker',
      resource('AWS::Lambda::Function', { Role: arnOf('WorkerRole') }),
    ],
    [
      'whose proxy registers the database while the standby is being made',
      'proxy_targets_wait',
      'Targets',
      resource('AWS::RDS::DBProxyTargetGroup', {}, ['Writer', 'ProxyMayConnect']),
    ],
    [
      'whose proxy registers a database that it may not reach yet',
      'proxy_targets_wait',
      'Targets',
      resource('AWS::RDS::DBProxyTargetGroup', {}, ['Writer', 'Standby']),
    ],
    [
      'whose functions could leave the network without their interfaces',
      'interfaces_can_be_deleted',
      'WorkerRole',
      role('sqs:SendMessage'),
    ],
    [
      'whose CPU alarm averages over the standby',
      'cpu_alarm_of_the_writer',
      'CpuAlarm',
      resource('AWS::CloudWatch::Alarm', { Namespace: 'AWS/RDS', MetricName: 'CPUUtilization', Dimensions: [] }),
    ],
    ['whose public routes have no rate of their own', 'public_routes_are_limited', 'Stage', stage(undefined)],
    [
      'whose public routes may use up the rate of the stage',
      'public_routes_are_limited',
      'Stage',
      stage({ ThrottlingRateLimit: 500 }),
    ],
    [
      'whose proxy has a log without an end',
      'proxy_log_ends',
      'Proxy',
      resource('AWS::RDS::DBProxy', { DBProxyName: 'orders-dev' }),
    ],
  ])('a template is rejected: %s', (_, rule, id, changed) =>
    expect(rulesBrokenBy({ [id]: changed })).toEqual([[rule, id]]),
  );
});

test('a template that AWS accepts is not rejected', () => {
  expect(rulesBrokenBy({})).toEqual([]);
});
