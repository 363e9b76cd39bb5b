import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourcesOfType } from '../../infra/deploy/resources.ts';
import { cfnLint } from '../../tools/checks/cfn-lint.ts';
import { packageStage } from '../../tools/checks/package-stage.ts';
import type { Json } from './broken-template.ts';

const ROLE = join(import.meta.dirname, '../../infra/aws/deploy-role.yml');
// osls' own parser, which knows the short forms of CloudFormation.
const parse = createRequire(import.meta.url)('serverless/lib/utils/fs/parse.js');
const { Resources: role, Parameters: parameters }: Json = parse(ROLE, readFileSync(ROLE, 'utf8'));

/**
 * What CloudFormation calls to make, change and delete a resource: the permissions that its resource schemas name ("handlers"),
 * without those of properties that this stack does not set; of types without such a schema, the calls that make and delete.
 */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE', 'apigateway:GET'],
  'AWS::ApiGatewayV2::Authorizer': ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Integration': ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Route': ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Stage': [
    'apigateway:POST',
    'apigateway:PATCH',
    'logs:CreateLogDelivery',
    'logs:PutResourcePolicy',
  ],
  'AWS::CloudWatch::Alarm': ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'],
  'AWS::CloudWatch::Dashboard': ['cloudwatch:PutDashboard', 'cloudwatch:DeleteDashboards'],
  'AWS::CodeDeploy::Application': ['codedeploy:CreateApplication', 'codedeploy:DeleteApplication'],
  'AWS::CodeDeploy::DeploymentGroup': [
    ...['codedeploy:CreateDeploymentGroup', 'codedeploy:UpdateDeploymentGroup', 'codedeploy:DeleteDeploymentGroup'],
    'iam:PassRole',
  ],
  'AWS::EC2::RouteTable': ['ec2:CreateRouteTable', 'ec2:CreateTags', 'ec2:DeleteRouteTable', 'ec2:DescribeRouteTables'],
  'AWS::EC2::SecurityGroup': ['ec2:CreateSecurityGroup', 'ec2:DeleteSecurityGroup', 'ec2:DescribeSecurityGroups'],
  'AWS::EC2::SecurityGroupEgress': ['ec2:AuthorizeSecurityGroupEgress', 'ec2:RevokeSecurityGroupEgress'],
  'AWS::EC2::SecurityGroupIngress': ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
  'AWS::EC2::Subnet': ['ec2:CreateSubnet', 'ec2:DeleteSubnet', 'ec2:DescribeSubnets', 'ec2:DescribeNetworkAcls'],
  'AWS::EC2::SubnetRouteTableAssociation': ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'],
  'AWS::EC2::VPC': [
    'ec2:CreateVpc',
    'ec2:DeleteVpc',
    'ec2:DescribeVpcs',
    'ec2:DescribeVpcAttribute',
    'ec2:ModifyVpcAttribute',
  ],
  'AWS::EC2::VPCEndpoint': [
    ...['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints', 'ec2:DescribeVpcEndpoints', 'ec2:ModifyVpcEndpoint'],
  ],
  'AWS::Events::Rule': ['events:PutRule', 'events:DeleteRule', 'events:PutTargets', 'events:RemoveTargets'],
  'AWS::IAM::Role': [
    ...['iam:AttachRolePolicy', 'iam:CreateRole', 'iam:DeleteRole', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy'],
    ...[
      'iam:GetRole',
      'iam:GetRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'iam:PutRolePolicy',
    ],
    ...[
      'iam:PutRolePermissionsBoundary',
      'iam:TagRole',
      'iam:UntagRole',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateRole',
    ],
  ],
  'AWS::KMS::Key': [
    ...['kms:CreateKey', 'kms:DescribeKey', 'kms:EnableKeyRotation', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus'],
    ...['kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource'],
  ],
  'AWS::Lambda::Alias': [
    ...['lambda:CreateAlias', 'lambda:UpdateAlias', 'lambda:DeleteAlias', 'lambda:GetAlias'],
    ...['codedeploy:CreateDeployment', 'codedeploy:GetDeployment', 'codedeploy:GetDeploymentConfig'],
  ],
  'AWS::Lambda::EventInvokeConfig': ['lambda:PutFunctionEventInvokeConfig', 'lambda:DeleteFunctionEventInvokeConfig'],
  'AWS::Lambda::EventSourceMapping': [
    ...['lambda:CreateEventSourceMapping', 'lambda:DeleteEventSourceMapping', 'lambda:GetEventSourceMapping'],
    'lambda:UpdateEventSourceMapping',
  ],
  'AWS::Lambda::Function': [
    ...['lambda:CreateFunction', 'lambda:DeleteFunction', 'lambda:GetFunction', 'lambda:UpdateFunctionCode'],
    ...['lambda:UpdateFunctionConfiguration', 'lambda:PutFunctionRecursionConfig', 'lambda:GetFunctionRecursionConfig'],
    ...['lambda:GetRuntimeManagementConfig', 'lambda:GetFunctionCodeSigningConfig', 'lambda:TagResource'],
    ...['iam:PassRole', 's3:GetObject', 's3:GetObjectVersion', 'ec2:DescribeVpcs', 'ec2:DescribeNetworkInterfaces'],
  ],
  'AWS::Lambda::Permission': ['lambda:AddPermission', 'lambda:RemovePermission', 'lambda:GetPolicy'],
  'AWS::Lambda::Version': ['lambda:PublishVersion', 'lambda:DeleteFunction', 'lambda:ListVersionsByFunction'],
  'AWS::Logs::LogGroup': [
    ...['logs:CreateLogGroup', 'logs:DeleteLogGroup', 'logs:DescribeLogGroups', 'logs:PutRetentionPolicy'],
    'logs:TagResource',
  ],
  'AWS::RDS::DBCluster': [
    ...['rds:CreateDBCluster', 'rds:ModifyDBCluster', 'rds:DeleteDBCluster', 'rds:DescribeDBClusters'],
    ...['rds:CreateDBClusterSnapshot', 'rds:EnableHttpEndpoint', 'rds:AddTagsToResource'],
    // For the password that RDS keeps ("Permissions required for Secrets Manager integration").
    ...['kms:DescribeKey', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource', 'iam:CreateServiceLinkedRole'],
  ],
  'AWS::RDS::DBClusterParameterGroup': [
    ...['rds:CreateDBClusterParameterGroup', 'rds:ModifyDBClusterParameterGroup', 'rds:DeleteDBClusterParameterGroup'],
    'rds:DescribeDBClusterParameters',
  ],
  'AWS::RDS::DBInstance': [
    'rds:CreateDBInstance',
    'rds:ModifyDBInstance',
    'rds:DeleteDBInstance',
    'rds:DescribeDBInstances',
  ],
  'AWS::RDS::DBProxy': [
    'rds:CreateDBProxy',
    'rds:ModifyDBProxy',
    'rds:DeleteDBProxy',
    'rds:DescribeDBProxies',
    'iam:PassRole',
  ],
  'AWS::RDS::DBProxyTargetGroup': [
    ...['rds:ModifyDBProxyTargetGroup', 'rds:RegisterDBProxyTargets', 'rds:DeregisterDBProxyTargets'],
    ...['rds:DescribeDBProxyTargets', 'rds:DescribeDBProxyTargetGroups'],
  ],
  'AWS::RDS::DBSubnetGroup': ['rds:CreateDBSubnetGroup', 'rds:DeleteDBSubnetGroup', 'rds:DescribeDBSubnetGroups'],
  'AWS::S3::Bucket': [
    ...['s3:CreateBucket', 's3:DeleteBucket', 's3:PutBucketPublicAccessBlock', 's3:PutBucketVersioning'],
    ...['s3:PutLifecycleConfiguration', 's3:PutEncryptionConfiguration', 's3:PutBucketTagging'],
  ],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SecretsManager::Secret': [
    ...['secretsmanager:CreateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecret'],
    ...['secretsmanager:DeleteSecret', 'secretsmanager:TagResource', 'secretsmanager:GetRandomPassword'],
  ],
  'AWS::SNS::Subscription': ['sns:Subscribe', 'sns:Unsubscribe'],
  'AWS::SNS::Topic': [
    'sns:CreateTopic',
    'sns:DeleteTopic',
    'sns:GetTopicAttributes',
    'sns:SetTopicAttributes',
    'sns:TagResource',
  ],
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes'],
  'AWS::SQS::Queue': [
    'sqs:CreateQueue',
    'sqs:DeleteQueue',
    'sqs:GetQueueAttributes',
    'sqs:SetQueueAttributes',
    'sqs:TagQueue',
  ],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
  'AWS::Budgets::Budget': ['budgets:ModifyBudget', 'budgets:ViewBudget'],
  // CloudFormation calls the function.
  'Custom::DatabaseMigrations': ['lambda:InvokeFunction'],
};

/** What the deployment itself calls: osls, and the preflight (infra/deploy/account.ts). */
const OF_THE_DEPLOYMENT = [
  ...['cloudformation:CreateStack', 'cloudformation:UpdateStack', 'cloudformation:DescribeStacks', 's3:PutObject'],
  ...[
    'cloudformation:DescribeStackEvents',
    'cloudformation:ValidateTemplate',
    's3:ListBucket',
    'sts:GetCallerIdentity',
  ],
  ...['lambda:GetAccountSettings', 'ec2:DescribeAvailabilityZones', 'rds:DescribeOrderableDBInstanceOptions'],
  ...['rds:DescribeDBEngineVersions', 'rds:DescribeDBClusters', 'cloudformation:UpdateTerminationProtection'],
];

/** Their resource is made by the very call, or cannot be named (Service Authorization Reference); each is bound in another way. */
const FOR_ALL = new Set(['AccessLogs', 'Account', 'DatabaseQuestions', 'Keys', 'Network', 'ServiceRoles']);

const statementsOf = (policy: string): Json[] => role[policy].Properties.PolicyDocument.Statement;
const GRANTED = ['Platform', 'Services', 'Data'].flatMap(statementsOf);
const ALLOWED = new Set<string>(GRANTED.flatMap(({ Action }) => Action));

let directory: string;
let stages: Json[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deploy-role-'));
  const drivers = ['data-api', 'pg'] as const;
  stages = [];
  for (const driver of drivers)
    stages.push(
      (
        await packageStage(
          { stage: 'prod', region: 'us-east-1', parameters: [`database=${driver}`] },
          join(directory, driver),
        )
      ).template,
    );
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const resources = (): Json[] => stages.flatMap(({ Resources }) => Object.values(Resources));

describe('the deploy role', () => {
  test('may do what CloudFormation does to make, change and delete each resource of a packaged stage', () => {
    const types = new Set(resources().map(({ Type }): string => Type));
    expect(types.size).toBeGreaterThan(35);
    expect([...types].filter((type) => !NEEDS[type])).toEqual([]);
    const missing = [...types].flatMap((type) => NEEDS[type]?.filter((action) => !ALLOWED.has(action)) ?? []);
    expect(missing).toEqual([]);
    expect(OF_THE_DEPLOYMENT.filter((action) => !ALLOWED.has(action))).toEqual([]);
  });

  test('names each action, of services that a stage uses', () => {
    expect([...ALLOWED].filter((action) => action.includes('*'))).toEqual([]);
    const services = new Set(
      [...Object.values(NEEDS).flat(), ...OF_THE_DEPLOYMENT].map((action) => action.split(':')[0]),
    );
    expect([...ALLOWED].filter((action) => !services.has(action.split(':')[0]))).toEqual([]);
  });

  test('has resources of its stage only, but for actions that take none', () => {
    const forAll = GRANTED.filter(({ Resource }) => Resource === '*');
    expect(new Set(forAll.map(({ Sid }) => Sid))).toEqual(FOR_ALL);
    expect(forAll.filter(({ Condition, Sid }) => !Condition && Sid !== 'Account')).toEqual([]);
    for (const { Resource, Sid } of GRANTED.filter((statement) => statement.Resource !== '*'))
      for (const { 'Fn::Sub': arn } of Resource)
        expect(`${Sid} ${arn}`).toMatch(
          /orders-\$\{Stage\}|CodeDeployDefault|::\/(apis|tags)|event-source-mapping:|secret:(rds!|DatabaseAppSecret)|:(db-proxy|target-group):/,
        );
  });

  test('cannot change a stage whose name only begins with the name of its stage', () => {
    const STAGE = /\$\{Stage\}/g;
    const named = GRANTED.flatMap(({ Resource }) => (Resource === '*' ? [] : Resource))
      .map(({ 'Fn::Sub': arn }: Json): string => arn)
      .filter((arn) => arn.search(STAGE) !== -1);
    expect(named.length).toBeGreaterThan(20);
    for (const arn of named) {
      const literal = arn.replace(STAGE, 'dev').replace(/[.$^{}()|+?]/g, '\\$&');
      const another = arn.replace(STAGE, 'dev2').replaceAll('*', 'x');
      expect([another, new RegExp(`^${literal.replaceAll('*', '.*')}$`).test(another)]).toEqual([another, false]);
    }
    // So no stage of this role continues the name of another one with a hyphen.
    expect(parameters.Stage.AllowedPattern).toBe('[a-z0-9]+');
  });

  test('makes and changes only roles with the boundary, which has what the roles of a stage have', () => {
    const making = GRANTED.filter(({ Action }) =>
      Action.some((action: string) => /^iam:(Create|Put|Attach)Role/.test(action)),
    );
    for (const { Condition } of making)
      expect(Condition.StringEquals['iam:PermissionsBoundary']).toEqual({ Ref: 'Boundary' });
    const within = new Set<string>(statementsOf('Boundary').flatMap(({ Action }) => Action));
    const given = stages
      .flatMap((template): Json[] => resourcesOfType(template, 'AWS::IAM::Role'))
      .flatMap(({ Properties }) => Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }: Json) => PolicyDocument.Statement)
      .flatMap(({ Action }: Json): string[] => [Action].flat());
    expect(given.length).toBeGreaterThan(50);
    expect(given.filter((action) => !within.has(action))).toEqual([]);
    expect([...within].filter((action) => action.startsWith('iam:') || action.includes('*'))).toEqual([]);
  });

  test('is for the GitHub environment of its stage, and for nobody else', () => {
    const [trust] = role.Role.Properties.AssumeRolePolicyDocument.Statement;
    expect(trust.Action).toBe('sts:AssumeRoleWithWebIdentity');
    expect(trust.Condition.StringEquals).toEqual({
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      'token.actions.githubusercontent.com:sub': { 'Fn::Sub': 'repo:${Repository}:environment:${Stage}' },
    });
  });

  test('fits into the policies that IAM takes, and is what CloudFormation takes', async () => {
    for (const policy of ['Platform', 'Services', 'Data', 'Boundary'])
      expect(JSON.stringify(role[policy].Properties.PolicyDocument).length).toBeLessThan(6_144);
    expect(await cfnLint(ROLE, 'us-east-1')).toEqual([]);
  });
});
