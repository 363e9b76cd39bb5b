import { capitalized, functionId } from '../aws/watch/template.ts';
import { UserError } from '../user-error.ts';
import { resourcesOfType } from './resources.ts';
import { roleFor } from './roles.ts';
import type { FunctionDefinition, Resource, Service, Template } from './serverless.ts';

/** Every trigger of a shifted function calls this alias. */
const ALIAS = 'live';

/** All at once, without aliases. */
const NONE = 'none';

/** What AWS provides in every account as `CodeDeployDefault.Lambda…`. */
const CONFIGS: readonly string[] = [
  'AllAtOnce',
  ...[5, 10, 15, 30].map((minutes) => `Canary10Percent${minutes}Minutes`),
  ...['1Minute', '2Minutes', '3Minutes', '10Minutes'].map((interval) => `Linear10PercentEvery${interval}`),
];

/** Alarms that roll back every function: what a bad version does to requests and to orders. */
const COMMON_ALARMS = ['ApiErrorsAlarm', 'OrdersFailAlarm'];

const APPLICATION = 'TrafficShifts';
const ROLE = 'TrafficShiftRole';

/** What says which database a template uses: infra/aws/migrations.yml, and the role of a function. */
const MIGRATIONS = 'Migrations';
const USES_DATABASE = 'CreateOrderLambdaFunction';

/**
 * Gives each function that does not say `allAtOnce` a version per deployment, and an alias that osls has its triggers call.
 * @throws UserError when `trafficShift` is not one that CodeDeploy has.
 */
export function versionFunctions(service: Service): void {
  const config = configOf(service);
  if (config !== NONE && !CONFIGS.includes(config))
    throw new UserError(`trafficShift is ${config}, and must be one of ${[NONE, ...CONFIGS].join(', ')}.`);
  for (const [key, definition] of shiftedFunctions(service)) {
    definition.versionFunction = true;
    definition.targetAlias = { name: ALIAS, logicalId: aliasIdOf(key) };
  }
}

/**
 * While CloudFormation updates the aliases, CodeDeploy shifts traffic from the old versions to the new ones, and back when an
 * alarm fires. This is what serverless-plugin-canary-deployments does, which has had no release since December 2024.
 * @throws UserError when the stage has no alarms.
 */
export function shiftTraffic(service: Service): void {
  const shifted = shiftedFunctions(service);
  if (shifted.length === 0) return;
  const template = service.provider.compiledCloudFormationTemplate;
  template.Resources ??= {};
  const resources = template.Resources;
  resources[APPLICATION] = { Type: 'AWS::CodeDeploy::Application', Properties: { ComputePlatform: 'Lambda' } };
  // AWS's own policy, since only AWS knows what CodeDeploy asks for.
  resources[ROLE] = roleFor('codedeploy.amazonaws.com', {
    ManagedPolicyArns: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
      { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited' },
    ],
  });
  for (const [key, definition] of shifted) {
    const groupId = `${capitalized(key)}TrafficShift`;
    resources[groupId] = deploymentGroup(configOf(service), alarmsFor(key, template));
    resources[aliasIdOf(key)] = alias(key, definition, groupId);
    const version = resources[String(definition.versionLogicalId)];
    if (!version) throw new Error(`osls made no version of ${key}`);
    // Lambda makes no second version of the same code, so a version that stays after a failed deployment would make the next one
    // fail: "A version for this Lambda function exists" (ServiceCloudVoiceLambdas#30).
    resources[String(definition.versionLogicalId)] = { ...version, DeletionPolicy: 'RetainExceptOnCreate' };
  }
}

/**
 * Shifts all traffic at once if the new version uses another database, or the same one with other permissions. In between,
 * both versions would process orders, each those of its own database, and a client would find its order or not by chance.
 * @param deployed the template of the stack, if it exists
 * @returns true if the template was changed
 */
export function shiftAtOnceToAnotherDatabase({ provider }: Service, deployed: Template | undefined): boolean {
  const template = provider.compiledCloudFormationTemplate;
  const groups = resourcesOfType(template, 'AWS::CodeDeploy::DeploymentGroup');
  if (!deployed?.Resources?.[MIGRATIONS] || groups.length === 0) return false;
  if (databaseOf(deployed) === databaseOf(template)) return false;
  for (const group of groups) group.Properties = { ...group.Properties, ...configuration('AllAtOnce', []) };
  return true;
}

/** The database, and the roles: the name of a role changes with what it may do with the database (infra/deploy/roles.ts). */
function databaseOf({ Resources = {} }: Template): string {
  const role = Resources[USES_DATABASE]?.Properties?.Role;
  return JSON.stringify([Resources[MIGRATIONS]?.Properties?.Database, role]);
}

function shiftedFunctions(service: Service): [string, FunctionDefinition][] {
  if (configOf(service) === NONE) return [];
  return Object.entries(service.functions).filter(([, { allAtOnce }]) => !allAtOnce);
}

function alias(key: string, { versionLogicalId, targetAlias }: FunctionDefinition, groupId: string): Resource {
  return {
    Type: 'AWS::Lambda::Alias',
    UpdatePolicy: {
      CodeDeployLambdaAliasUpdate: { ApplicationName: { Ref: APPLICATION }, DeploymentGroupName: { Ref: groupId } },
    },
    Properties: {
      FunctionName: { Ref: functionId(key) },
      FunctionVersion: { 'Fn::GetAtt': [String(versionLogicalId), 'Version'] },
      Name: targetAlias?.name,
    },
  };
}

/** One per function: a group runs one deployment at a time, and CloudFormation updates the aliases side by side. */
function deploymentGroup(config: string, alarmIds: readonly string[]): Resource {
  return {
    Type: 'AWS::CodeDeploy::DeploymentGroup',
    Properties: {
      ApplicationName: { Ref: APPLICATION },
      ServiceRoleArn: { 'Fn::GetAtt': [ROLE, 'Arn'] },
      ...configuration(config, alarmIds),
      DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    },
  };
}

function configuration(config: string, alarmIds: readonly string[]) {
  return {
    DeploymentConfigName: `CodeDeployDefault.Lambda${config}`,
    // CodeDeploy refuses every deployment while an alarm fires, also that of the fix, which therefore goes all at once.
    AlarmConfiguration: { Enabled: config !== 'AllAtOnce', Alarms: alarmIds.map((id) => ({ Name: { Ref: id } })) },
  };
}

function alarmsFor(key: string, { Resources = {} }: Template): string[] {
  const alarmIds = [...COMMON_ALARMS, `FunctionErrors${capitalized(key)}Alarm`];
  if (alarmIds.every((id) => id in Resources)) return alarmIds;
  throw new UserError('trafficShift rolls back on alarms, and this stage has none: set watched to true.');
}

const configOf = ({ custom }: Service): string => String(custom.trafficShift);

const aliasIdOf = (key: string): string => `${capitalized(key)}LiveAlias`;
