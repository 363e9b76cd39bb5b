import { DATABASE_RULES, RULES_OF_PROTECTED_STAGES } from './database-rules.ts';
import { PUBLIC } from './public-routes.ts';
import { at, brokenRules, check, listOf, ofType, type Properties, type Rule, type Violation } from './resources.ts';
import type { Template } from './serverless.ts';

/** The names of variables that contain a secret: DATABASE_SECRET_ARN only says where one is. */
const SECRET_NAME = /(secret|password|passwd|token|key|credentials?)$/i;

/** A password in a URL, a signing key, an access key, a private key, or a secret that CloudFormation fills in. */
const SECRET_VALUE =
  /[a-z]+:\/\/[^@/:"]*:[^@/"]+@|whsec_|AKIA[A-Z0-9]{16}|-----BEGIN|resolve:(secretsmanager|ssm-secure)/;

const RULES: readonly Rule[] = [
  {
    rule: 'routes_have_an_authorizer',
    type: 'AWS::ApiGatewayV2::Route',
    requires: 'Only the public routes of lib/routes.ts need no credentials.',
    holds: ({ RouteKey, AuthorizationType, AuthorizerId }) =>
      PUBLIC.has(RouteKey) || (/^(CUSTOM|JWT)$/.test(String(AuthorizationType)) && AuthorizerId !== undefined),
  },
  {
    rule: 'stages_are_throttled',
    type: 'AWS::ApiGatewayV2::Stage',
    requires: "A rate and a burst: one caller must not use up the account's.",
    holds: ({ DefaultRouteSettings: settings }) =>
      Number(at(settings, 'ThrottlingRateLimit')) >= 1 && Number(at(settings, 'ThrottlingBurstLimit')) >= 1,
  },
  {
    rule: 'stages_log_access',
    type: 'AWS::ApiGatewayV2::Stage',
    requires: 'An access log says later who requested what.',
    holds: ({ AccessLogSettings }) => at(AccessLogSettings, 'Format') !== undefined,
  },
  {
    rule: 'cors_names_origins',
    type: 'AWS::ApiGatewayV2::Api',
    requires: 'CORS names its origins.',
    holds: ({ CorsConfiguration }) => !listOf(at(CorsConfiguration, 'AllowOrigins')).includes('*'),
  },
  {
    rule: 'event_source_takes_partial_responses',
    type: 'AWS::Lambda::EventSourceMapping',
    requires: 'ReportBatchItemFailures: otherwise one failed order makes AWS deliver its whole batch again.',
    holds: ({ FunctionResponseTypes }) => listOf<unknown>(FunctionResponseTypes).includes('ReportBatchItemFailures'),
  },
  {
    rule: 'queues_are_encrypted',
    type: 'AWS::SQS::Queue',
    requires: 'A queue is encrypted at rest.',
    holds: ({ SqsManagedSseEnabled, KmsMasterKeyId }) => SqsManagedSseEnabled === true || KmsMasterKeyId !== undefined,
  },
  {
    rule: 'environment_has_no_secrets',
    type: 'AWS::Lambda::Function',
    requires: 'A secret is kept in Secrets Manager: everybody who can see a function sees its environment.',
    holds: ({ Environment }) => {
      const variables = (at(Environment, 'Variables') ?? {}) as Properties;
      return (
        !Object.keys(variables).some((name) => SECRET_NAME.test(name)) && !SECRET_VALUE.test(JSON.stringify(variables))
      );
    },
  },
  {
    rule: 'permissions_name_their_source',
    type: 'AWS::Lambda::Permission',
    requires: 'A service can call a function only for a resource of this account.',
    holds: ({ SourceArn, SourceAccount }) => (SourceArn ?? SourceAccount) !== undefined,
  },
  {
    rule: 'aliases_shift_traffic',
    type: 'AWS::Lambda::Alias',
    requires: 'Without an update policy, CloudFormation gives a new version all traffic at once.',
    holds: (_, { UpdatePolicy }) =>
      at(UpdatePolicy, 'CodeDeployLambdaAliasUpdate', 'DeploymentGroupName') !== undefined,
  },
  {
    rule: 'shifts_roll_back_on_alarms',
    type: 'AWS::CodeDeploy::DeploymentGroup',
    requires: 'An alarm stops the shift and takes the traffic back.',
    holds: ({ DeploymentConfigName, AlarmConfiguration, AutoRollbackConfiguration: rollback }) =>
      DeploymentConfigName === 'CodeDeployDefault.LambdaAllAtOnce' ||
      (at(AlarmConfiguration, 'Enabled') === true &&
        listOf(at(AlarmConfiguration, 'Alarms')).length > 0 &&
        at(rollback, 'Enabled') === true &&
        listOf(at(rollback, 'Events')).includes('DEPLOYMENT_STOP_ON_ALARM')),
  },
  {
    rule: 'versions_go_with_their_deployment',
    type: 'AWS::Lambda::Version',
    requires: 'Lambda makes no second version of the same code: one that a failed deployment left fails the next one.',
    holds: (_, { DeletionPolicy }) => DeletionPolicy === 'RetainExceptOnCreate',
  },
  {
    rule: 'logs_end',
    type: 'AWS::Logs::LogGroup',
    requires: 'Without a retention, logs are kept and billed for ever.',
    holds: ({ RetentionInDays }) => RetentionInDays !== undefined,
  },
  {
    rule: 'buckets_are_private',
    type: 'AWS::S3::Bucket',
    requires: 'Nothing makes the bucket public, and its objects are encrypted.',
    holds: ({ PublicAccessBlockConfiguration: block, BucketEncryption }) =>
      BucketEncryption !== undefined &&
      ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every(
        (name) => at(block, name) === true,
      ),
  },
  {
    rule: 'topics_are_encrypted',
    type: 'AWS::SNS::Topic',
    requires: 'Alarms are encrypted at rest.',
    holds: ({ KmsMasterKeyId }) => KmsMasterKeyId !== undefined,
  },
];

/** Every template has at least one of each: a rule says nothing about a type that is missing. */
const REQUIRED: readonly (readonly [rule: string, type: string])[] = [
  ['there_are_routes', 'AWS::ApiGatewayV2::Route'],
  ['there_is_an_event_source', 'AWS::Lambda::EventSourceMapping'],
];

/** What the project requires of the template of a stage, in addition to what can be deployed. */
export function templateRules(template: Template, isProtected: boolean): Violation[] {
  const rules = [...RULES, ...DATABASE_RULES, ...(isProtected ? RULES_OF_PROTECTED_STAGES : [])];
  const missing = REQUIRED.flatMap(([rule, type]) =>
    check(rule, '', ofType(template, type).length > 0, `The template has no ${type}.`),
  );
  return [...missing, ...brokenRules(template, rules)];
}
