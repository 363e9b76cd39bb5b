import { describe, expect, test } from '@jest/globals';
import { attributeOwner } from '../../infra/deploy/resources.ts';
import type { FunctionDefinition, Service, Template } from '../../infra/deploy/serverless.ts';
import { shiftAtOnceToAnotherDatabase, shiftTraffic, versionFunctions } from '../../infra/deploy/shift-traffic.ts';

const ALARMS = ['ApiErrorsAlarm', 'OrdersFailAlarm', 'FunctionErrorsCreateOrderAlarm'];
const SHIFT = 'CreateOrderTrafficShift';

/** A service as osls has compiled it: one function that may shift, one that goes all at once. */
function shifted(trafficShift: string, alarms: readonly string[] = ALARMS): Template {
  const createOrder: FunctionDefinition = { name: 'orders-x-createOrder', handler: 'f.handler' };
  const functions = { createOrder, migrate: { name: 'orders-x-migrate', handler: 'g.handler', allAtOnce: true } };
  const template: Template = {
    Resources: {
      CreateOrderVersion1: { Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain' },
      ...Object.fromEntries(alarms.map((id) => [id, { Type: 'AWS::CloudWatch::Alarm' }])),
    },
  };
  const provider = { compiledCloudFormationTemplate: template };
  const service: Service = { service: 'orders', custom: { trafficShift }, resources: {}, functions, provider };
  versionFunctions(service);
  Object.assign(createOrder, { versionLogicalId: 'CreateOrderVersion1' });
  shiftTraffic(service);
  return template;
}

/** A stage whose migrations and functions use this database, with this role. */
function onDatabase(Database: string, role: string, trafficShift = 'Canary10Percent10Minutes'): Service {
  const template = shifted(trafficShift, trafficShift === 'none' ? [] : ALARMS);
  Object.assign(template.Resources ?? {}, {
    Migrations: { Type: 'Custom::DatabaseMigrations', Properties: { Database } },
    CreateOrderLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: { 'Fn::GetAtt': [role, 'Arn'] } },
    },
  });
  const provider = { compiledCloudFormationTemplate: template };
  return { service: 'orders', custom: { trafficShift }, resources: {}, functions: {}, provider };
}

const templateOf = ({ provider }: Service) => provider.compiledCloudFormationTemplate;

describe('trafficShift', () => {
  test('of none adds nothing', () => {
    expect(Object.keys(shifted('none', []).Resources ?? {})).toEqual(['CreateOrderVersion1']);
  });

  test('has CloudFormation shift the alias by CodeDeploy, and back on the alarms of the API, orders and function', () => {
    const { Resources = {} } = shifted('Canary10Percent10Minutes');

    expect(Resources.CreateOrderLiveAlias).toMatchObject({
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: { DeploymentGroupName: { Ref: SHIFT } } },
      Properties: { FunctionVersion: { 'Fn::GetAtt': ['CreateOrderVersion1', 'Version'] }, Name: 'live' },
    });
    expect(Resources[SHIFT]?.Properties).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
      AlarmConfiguration: { Enabled: true, Alarms: ALARMS.map((id) => ({ Name: { Ref: id } })) },
    });
    expect(Object.keys(Resources).filter((id) => id.startsWith('Migrate'))).toEqual([]);
  });

  test('of AllAtOnce asks no alarm, so that a fix can be deployed while one rings', () => {
    expect(shifted('AllAtOnce').Resources?.[SHIFT]?.Properties?.AlarmConfiguration).toMatchObject({ Enabled: false });
  });

  test('lets a version go with the deployment that failed', () => {
    expect(shifted('AllAtOnce').Resources?.CreateOrderVersion1?.DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('is refused when CodeDeploy has no such shift, and when the stage has no alarms', () => {
    expect(() => shifted('Canary5Percent')).toThrow(
      /^trafficShift is Canary5Percent, and must be one of none, AllAtOnce, /,
    );
    expect(() => shifted('Canary10Percent5Minutes', [])).toThrow(/set watched to true/);
  });
});

test('the sizing checks find a function behind its alias', () => {
  const arn = { 'Fn::GetAtt': ['Worker', 'Arn'] };
  expect([arn, { 'Fn::Join': [':', [arn, 'live']] }, 'arn:aws:lambda:…', undefined].map(attributeOwner)).toEqual([
    'Worker',
    'Worker',
    undefined,
    undefined,
  ]);
});

describe('a deployment to another database', () => {
  const before = templateOf(onDatabase('orders_db app-secret', 'Role1'));

  test.each([
    ['another database', onDatabase('other_db app-secret', 'Role1')],
    ['another database user', onDatabase('orders_db other-secret', 'Role1')],
    ['a role with other permissions', onDatabase('orders_db app-secret', 'Role2')],
  ])('shifts all traffic at once, and asks no alarm, with %s', (_, service) => {
    expect(shiftAtOnceToAnotherDatabase(service, before)).toBe(true);
    expect(templateOf(service).Resources?.[SHIFT]?.Properties).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
      AlarmConfiguration: { Enabled: false },
      AutoRollbackConfiguration: { Enabled: true },
    });
  });

  test.each([
    ['the same database', onDatabase('orders_db app-secret', 'Role1'), before],
    ['a stack that does not exist', onDatabase('orders_db app-secret', 'Role1'), undefined],
    ['a stack whose first deployment failed', onDatabase('orders_db app-secret', 'Role1'), { Resources: {} }],
    ['no traffic shift', onDatabase('other_db app-secret', 'Role1', 'none'), before],
  ])('is not what a deployment is with %s', (_, service, deployed) => {
    const unchanged = structuredClone(templateOf(service));
    expect(shiftAtOnceToAnotherDatabase(service, deployed)).toBe(false);
    expect(templateOf(service)).toEqual(unchanged);
  });
});
