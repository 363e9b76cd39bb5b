import { describe, expect, test } from '@jest/globals';
import { attributeOwner } from '../../infra/deploy/resources.ts';
import type { FunctionDefinition, Service, Template } from '../../infra/deploy/serverless.ts';
import { shiftTraffic, versionFunctions } from '../../infra/deploy/shift-traffic.ts';

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
