import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourcesOfType } from '../../infra/deploy/resources.ts';
import { roleRules } from '../../infra/deploy/role-rules.ts';
import { checkSizing } from '../../infra/deploy/sizing.ts';
import { templateRules } from '../../infra/deploy/template-rules.ts';
import { type PackagedStage, packageStage } from '../../tools/checks/package-stage.ts';
import { change, firstOf, type Json, roleOf } from './broken-template.ts';

interface Break {
  readonly title: string;
  /** The rules that must fail, and no others. */
  readonly rules: readonly string[];
  readonly breakIt: (template: Json) => void;
}

const MAPPING = 'AWS::Lambda::EventSourceMapping';
const WORKER = 'ProcessOrdersLambdaFunction';
const TLS_POLICIES = ['OrderQueueOnlyOverTls', 'DeadLetterQueueOnlyOverTls'];
const ROUTE = 'HttpApiRoutePostApiV1Orders';

const allow = (statement: object) => (template: Json) =>
  change(template, roleOf(template, 'CreateOrderLambdaFunction'), ({ Policies }) =>
    Policies[0].PolicyDocument.Statement.push({ Effect: 'Allow', ...statement }),
  );

const variable = (name: string, value: unknown) => (template: Json) =>
  change(template, WORKER, ({ Environment }) => {
    Environment.Variables[name] = value;
  });

const property = (logicalId: string, name: string, value: unknown) => (template: Json) =>
  change(template, logicalId, (properties) => {
    if (value === undefined) delete properties[name];
    else properties[name] = value;
  });

const ofType = (type: string, name: string, value: unknown) => (template: Json) =>
  property(firstOf(template, type), name, value)(template);

const ingress = (rule: object) => (template: Json) =>
  change(template, 'DatabaseSecurityGroup', (properties) => {
    properties.SecurityGroupIngress = [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ...rule }];
  });

const BREAKS: readonly Break[] = [
  {
    title: 'a function reads the secret of the master user',
    rules: ['database_role'],
    breakIt: allow({
      Action: 'secretsmanager:GetSecretValue',
      Resource: { 'Fn::GetAtt': ['DatabaseCluster', 'MasterUserSecret.SecretArn'] },
    }),
  },
  {
    title: 'a function logs in as the master user',
    rules: ['database_role'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
    breakIt: variable('DATABASE_URL', { 'Fn::Sub': 'postgres://postgres@${DatabaseProxy.Endpoint}:5432/orders_db' }),
  },
  {
    title: 'the migrations log in as the role of the functions',
    rules: ['database_role'],
    breakIt: (template) =>
      change(template, roleOf(template, 'MigrateLambdaFunction'), ({ Policies }) => {
        const [{ PolicyDocument }] = Policies;
        PolicyDocument.Statement = PolicyDocument.Statement.filter(
          (statement: object) => !JSON.stringify(statement).includes('MasterUserSecret'),
        );
        change(template, 'MigrateLambdaFunction', ({ Environment }) => {
          for (const name of ['DATABASE_SECRET_ARN', 'DATABASE_URL']) delete Environment.Variables[name];
        });
      }),
  },
  {
    title: 'no event source takes from the queue',
    rules: ['there_is_an_event_source'],
    breakIt: (template) => {
      delete template.Resources[firstOf(template, MAPPING)];
    },
  },
  {
    title: 'a failed order has its whole batch processed again',
    rules: ['event_source_takes_partial_responses'],
    breakIt: ofType(MAPPING, 'FunctionResponseTypes', undefined),
  },
  {
    title: 'one of two event sources has whole batches processed again',
    rules: ['event_source_takes_partial_responses'],
    breakIt: (template) => {
      const second = structuredClone(template.Resources[firstOf(template, MAPPING)]);
      delete second.Properties.FunctionResponseTypes;
      template.Resources.SecondSource = second;
    },
  },
  {
    title: 'a queue is not encrypted',
    rules: ['queues_are_encrypted'],
    breakIt: property('OrderQueue', 'SqsManagedSseEnabled', false),
  },
  {
    title: 'no policy requires TLS for the queues',
    rules: ['queues_require_tls'],
    breakIt: (template) => {
      for (const policy of TLS_POLICIES) delete template.Resources[policy];
    },
  },
  {
    title: 'the policies that demand TLS allow what they should refuse',
    rules: ['queues_require_tls'],
    breakIt: (template) => {
      for (const policy of TLS_POLICIES)
        change(template, policy, ({ PolicyDocument }) => {
          PolicyDocument.Statement[0].Effect = 'Allow';
        });
    },
  },
  {
    title: 'no policy requires TLS for the dead letters',
    rules: ['queues_require_tls'],
    breakIt: (template) => {
      delete template.Resources.DeadLetterQueueOnlyOverTls;
    },
  },
  {
    title: 'messages show themselves again while their batch is still tried',
    rules: ['visibility_timeout'],
    breakIt: property('OrderQueue', 'VisibilityTimeout', 360),
  },
  {
    title: 'the timeout of the worker grows, and the visibility timeout does not',
    rules: ['visibility_timeout'],
    breakIt: property(WORKER, 'Timeout', 61),
  },
  {
    title: 'the batching window grows, and the visibility timeout does not',
    rules: ['visibility_timeout'],
    breakIt: ofType(MAPPING, 'MaximumBatchingWindowInSeconds', 2),
  },
  {
    title: 'the event source calls a function of another stack, whose timeout is not known',
    rules: ['worker_is_known'],
    breakIt: ofType(MAPPING, 'FunctionName', 'arn:aws:lambda:us-east-1:123456789012:function:theirs'),
  },
  {
    title: 'dead letters go to a queue of another stack',
    rules: ['dead_letter_queue'],
    breakIt: (template) =>
      change(template, 'OrderQueue', ({ RedrivePolicy }) => {
        RedrivePolicy.deadLetterTargetArn = 'arn:aws:sqs:us-east-1:123456789012:theirs';
      }),
  },
  {
    title: 'dead letters are not kept longer than messages',
    rules: ['dead_letter_retention'],
    breakIt: property('DeadLetterQueue', 'MessageRetentionPeriod', 345_600),
  },
  {
    title: 'throttling alone can make a dead letter',
    rules: ['max_receive_count'],
    breakIt: (template) =>
      change(template, 'OrderQueue', ({ RedrivePolicy }) => {
        RedrivePolicy.maxReceiveCount = 4;
      }),
  },
  {
    title: 'a route asks for no credentials',
    rules: ['routes_have_an_authorizer'],
    breakIt: property(ROUTE, 'AuthorizationType', 'NONE'),
  },
  {
    title: 'a route names no authorizer',
    rules: ['routes_have_an_authorizer'],
    breakIt: property(ROUTE, 'AuthorizerId', undefined),
  },
  {
    title: 'there are no routes',
    rules: ['there_are_routes'],
    breakIt: (template) => {
      for (const [logicalId, { Type }] of Object.entries<Json>(template.Resources))
        if (Type === 'AWS::ApiGatewayV2::Route') delete template.Resources[logicalId];
    },
  },
  {
    title: 'the API is not throttled',
    rules: ['stages_are_throttled'],
    breakIt: ofType('AWS::ApiGatewayV2::Stage', 'DefaultRouteSettings', { DetailedMetricsEnabled: true }),
  },
  {
    title: 'nobody writes down who asked',
    rules: ['stages_log_access'],
    breakIt: ofType('AWS::ApiGatewayV2::Stage', 'AccessLogSettings', undefined),
  },
  {
    title: 'every web page may call the API',
    rules: ['cors_names_origins'],
    breakIt: ofType('AWS::ApiGatewayV2::Api', 'CorsConfiguration', { AllowOrigins: ['*'] }),
  },
  {
    title: 'a function behind the API may take longer than the API waits',
    rules: ['api_timeout'],
    breakIt: property('GetOrderLambdaFunction', 'Timeout', 30),
  },
  {
    title: 'a function has the role of another',
    rules: ['functions_have_roles_of_their_own'],
    breakIt: (template) =>
      property('GetOrderLambdaFunction', 'Role', {
        'Fn::GetAtt': [roleOf(template, 'CreateOrderLambdaFunction'), 'Arn'],
      })(template),
  },
  {
    title: 'functions share a role of somebody else',
    rules: ['functions_have_roles_of_their_own'],
    breakIt: property('GetOrderLambdaFunction', 'Role', 'arn:aws:iam::123456789012:role/everything'),
  },
  {
    title: 'a role allows every action',
    rules: ['actions_are_named'],
    breakIt: allow({ Action: '*', Resource: { 'Fn::GetAtt': ['OrderQueue', 'Arn'] } }),
  },
  {
    title: 'a role allows every action of a service',
    rules: ['actions_are_named'],
    breakIt: allow({ Action: ['sqs:SendMessage', 'sqs:*'], Resource: { 'Fn::GetAtt': ['OrderQueue', 'Arn'] } }),
  },
  {
    title: 'a role allows all actions but some',
    rules: ['actions_are_named'],
    breakIt: allow({ NotAction: 'iam:PassRole', Resource: { 'Fn::GetAtt': ['OrderQueue', 'Arn'] } }),
  },
  {
    title: 'a role allows an action on everything',
    rules: ['resources_are_named'],
    breakIt: allow({ Action: 'sqs:SendMessage', Resource: '*' }),
  },
  {
    title: 'a role allows an action on everything, among other things',
    rules: ['resources_are_named'],
    breakIt: allow({ Action: ['sqs:SendMessage'], Resource: [{ 'Fn::GetAtt': ['OrderQueue', 'Arn'] }, '*'] }),
  },
  {
    title: 'a role allows an action on all that begin so',
    rules: ['resources_are_named'],
    breakIt: allow({ Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:123456789012:orders-*' }),
  },
  {
    title: 'a role allows an action on all that begin with what is put in',
    rules: ['resources_are_named'],
    breakIt: allow({
      Action: 'sqs:SendMessage',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      Resource: [{ 'Fn::Sub': 'arn:aws:sqs:us-east-1:${AWS::AccountId}:*' }],
    }),
  },
  {
    title: 'a role allows an action on all that begin with what is put in by name',
    rules: ['resources_are_named'],
    breakIt: allow({
      Action: 'rds-db:connect',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      Resource: { 'Fn::Sub': ['arn:aws:rds-db:${Region}:*', { Region: 'eu' }] },
    }),
  },
  {
    title: 'a role allows an action on all but some',
    rules: ['resources_are_named'],
    breakIt: allow({ Action: 'sqs:SendMessage', NotResource: 'arn:aws:sqs:us-east-1:123456789012:theirs' }),
  },
  {
    title: "a role has one of AWS's policies",
    rules: ['roles_have_no_managed_policies'],
    breakIt: (template) =>
      property(roleOf(template, 'GetOrderLambdaFunction'), 'ManagedPolicyArns', [
        'arn:aws:iam::aws:policy/AmazonSQSFullAccess',
      ])(template),
  },
  {
    title: 'any principal can assume a role',
    rules: ['roles_are_for_a_service'],
    breakIt: (template) =>
      change(template, roleOf(template, 'GetOrderLambdaFunction'), ({ AssumeRolePolicyDocument }) => {
        AssumeRolePolicyDocument.Statement[0].Principal = { AWS: '*' };
      }),
  },
  {
    title: 'a service of any account can call a function',
    rules: ['permissions_name_their_source'],
    breakIt: ofType('AWS::Lambda::Permission', 'SourceArn', undefined),
  },
  {
    title: 'the bucket of the deployments may become public',
    rules: ['buckets_are_private'],
    breakIt: (template) =>
      change(template, 'ServerlessDeploymentBucket', ({ PublicAccessBlockConfiguration }) => {
        PublicAccessBlockConfiguration.BlockPublicPolicy = false;
      }),
  },
  {
    title: 'alarms are not encrypted',
    rules: ['topics_are_encrypted'],
    breakIt: property('AlarmTopic', 'KmsMasterKeyId', undefined),
  },
  {
    title: 'an alias gets all of the new version at once',
    rules: ['aliases_shift_traffic'],
    breakIt: ({ Resources }) => {
      delete Resources.CreateOrderLiveAlias.UpdatePolicy;
    },
  },
  {
    title: 'no alarm stops the shift to a bad version',
    rules: ['shifts_roll_back_on_alarms'],
    breakIt: (template) =>
      change(template, 'CreateOrderTrafficShift', ({ AlarmConfiguration }) => {
        AlarmConfiguration.Enabled = false;
      }),
  },
  {
    title: 'an alarm stops a shift and leaves the traffic there',
    rules: ['shifts_roll_back_on_alarms'],
    breakIt: property('CreateOrderTrafficShift', 'AutoRollbackConfiguration', {
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE'],
    }),
  },
  {
    title: 'a version stays when the deployment that made it fails',
    rules: ['versions_go_with_their_deployment'],
    breakIt: ({ Resources }) => {
      Resources[firstOf({ Resources }, 'AWS::Lambda::Version')].DeletionPolicy = 'Retain';
    },
  },
  {
    title: 'an environment has a password in a URL',
    rules: ['environment_has_no_secrets'],
    breakIt: variable('DATABASE_URL', 'postgres://postgres:hunter2@database:5432/orders_db'),
  },
  {
    title: 'an environment has a secret by its name',
    rules: ['environment_has_no_secrets'],
    breakIt: variable('WEBHOOK_SECRET', { Ref: 'Secret' }),
  },
  {
    title: 'an environment has a signing key',
    rules: ['environment_has_no_secrets'],
    breakIt: variable('SIGNS_WITH', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  },
  {
    title: 'an environment has a secret put in by CloudFormation',
    rules: ['environment_has_no_secrets'],
    breakIt: variable('SIGNS_WITH', '{{resolve:secretsmanager:webhook:SecretString:key}}'),
  },
  {
    title: 'a password is in the template',
    rules: ['clusters_keep_their_own_password'],
    breakIt: property('DatabaseCluster', 'MasterUserPassword', 'hunter2'),
  },
  {
    title: 'a log is kept for ever',
    rules: ['logs_end'],
    breakIt: property('GetOrderLogGroup', 'RetentionInDays', undefined),
  },
  {
    title: 'the log of the database is kept for ever',
    rules: ['database_logs_end'],
    breakIt: (template) => {
      delete template.Resources.DatabaseLog;
    },
  },
  {
    title: 'the world may connect to the database',
    rules: ['nobody_comes_from_everywhere'],
    breakIt: ingress({ CidrIp: '0.0.0.0/0' }),
  },
  {
    title: 'the world may connect to the database over IPv6',
    rules: ['nobody_comes_from_everywhere'],
    breakIt: ingress({ CidrIpv6: '::/0' }),
  },
  {
    title: 'the world may connect to the database by a separate rule',
    rules: ['nobody_comes_from_everywhere'],
    breakIt: (template) => {
      template.Resources.OpenDoor = {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { GroupId: { Ref: 'DatabaseSecurityGroup' }, IpProtocol: '-1', CidrIp: '0.0.0.0/0' },
      };
    },
  },
  {
    title: 'an endpoint of the network stops what the role of a function allows',
    rules: ['endpoints_pass_what_roles_allow'],
    breakIt: (template) => {
      template.Resources.NarrowEndpoint = {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: { PolicyDocument: { Statement: { Effect: 'Allow', Action: 'sqs:SendMessage' } } },
      };
    },
  },
  {
    title: 'the database has an address on the Internet',
    rules: ['databases_are_not_public'],
    breakIt: property('DatabaseInstance', 'PubliclyAccessible', true),
  },
  {
    title: 'the database is not encrypted',
    rules: ['clusters_are_encrypted'],
    breakIt: property('DatabaseCluster', 'StorageEncrypted', false),
  },
  {
    title: 'the database accepts clients without TLS',
    rules: ['clusters_require_tls'],
    breakIt: (template) =>
      change(template, 'DatabaseParameters', ({ Parameters }) => {
        Parameters['rds.force_ssl'] = '0';
      }),
  },
  {
    title: 'there is hardly a backup',
    rules: ['clusters_are_backed_up'],
    breakIt: property('DatabaseCluster', 'BackupRetentionPeriod', 1),
  },
  {
    title: 'one call deletes the database',
    rules: ['clusters_are_not_deleted_by_mistake'],
    breakIt: property('DatabaseCluster', 'DeletionProtection', false),
  },
  {
    title: 'the orders go with the stack',
    rules: ['clusters_are_not_deleted_by_mistake'],
    breakIt: (template) =>
      change(template, 'DatabaseCluster', (_, resource) => {
        resource.DeletionPolicy = 'Delete';
      }),
  },
];

let directory: string;
let prod: PackagedStage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'template-rules-'));
  prod = await packageStage(
    { stage: 'prod', region: 'us-east-1', parameters: ['database=data-api'] },
    join(directory, 'prod'),
  );
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const rulesBrokenBy = (breakIt: (template: Json) => void, isProtected = true): Set<string> => {
  const template = structuredClone(prod.template);
  breakIt(template);
  const found = [...templateRules(template, isProtected), ...roleRules(template), ...checkSizing(template)];
  return new Set(found.map(({ rule }) => rule));
};

test('the template rules find nothing in the packaged stage', () => {
  expect(rulesBrokenBy(() => {})).toEqual(new Set());
});

describe('the template rules fail if', () => {
  test.each(BREAKS)('$title', ({ rules, breakIt }) => {
    expect(rulesBrokenBy(breakIt)).toEqual(new Set(rules));
  });
});

test('each template rule is broken by one of these templates', () => {
  const files = globSync(
    join(import.meta.dirname, '../../infra/deploy/{*-rules,sizing,queue-sizing,database-roles}.ts'),
  );
  const rules = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:\brule: |check\(\s*|\[\s*)'([a-z]+_[a-z_]+)'/g)].map(
      ([, rule]) => rule,
    ),
  );
  expect(rules.length).toBeGreaterThan(35);
  const broken = new Set(BREAKS.flatMap((it) => it.rules));
  expect(rules.filter((rule = '') => !broken.has(rule))).toEqual([]);
});

test('traffic shifts for every trigger of a function that does not go all at once, and for no other', () => {
  const { Resources } = prod.template as Json;
  const ofType = (type: string): Json[] => resourcesOfType(prod.template, type);
  const called = [
    ...ofType('AWS::ApiGatewayV2::Integration').map(({ Properties }) => Properties.IntegrationUri),
    ...ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties.FunctionName),
    ...ofType('AWS::Lambda::Permission').map(({ Properties }) => Properties.FunctionName),
  ];
  const atOnce = called.filter((target) => !('Fn::Join' in target)).map((target) => target['Fn::GetAtt'][0]);
  expect(new Set(atOnce)).toEqual(
    new Set(['GetOpenApi', 'GetDocs', 'GetConsole', 'SweepOrders'].map((key) => `${key}LambdaFunction`)),
  );
  expect(called.length - atOnce.length).toBeGreaterThan(2 * 15);
  for (const { Properties } of ofType('AWS::Lambda::Alias')) {
    const [version] = Properties.FunctionVersion['Fn::GetAtt'];
    expect(Resources[version].Properties.FunctionName).toEqual(Properties.FunctionName);
  }
});

test('an unprotected stage may keep one day of backups and be deleted with its stack', () => {
  const breakIt = (template: Json) => {
    property('DatabaseCluster', 'BackupRetentionPeriod', 1)(template);
    property('DatabaseCluster', 'DeletionProtection', false)(template);
  };
  expect(rulesBrokenBy(breakIt, false)).toEqual(new Set());
});
