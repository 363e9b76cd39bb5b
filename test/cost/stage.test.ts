import { expect, test } from '@jest/globals';
import type { Figures } from '../../lib/observability/metrics.ts';
import { OWN_METRICS, readStage } from '../../tools/cost/stage.ts';
import { TEMPLATE, withResource } from './stage-template.ts';

test('the billed resources are read from the template', () => {
  const { memory, logsRuns, ...stage } = readStage(TEMPLATE);
  expect(stage).toEqual({
    batchSize: 25,
    batchingWindow: 1,
    provisionedPollers: 0,
    sweeps: 43_800,
    hasAuthorizer: true,
    customMetrics: OWN_METRICS,
    // An alarm on two metrics counts as two.
    alarms: 3,
    keys: 0,
    dashboards: 0,
    secrets: 1,
    logRetentionDays: 30,
    database: { instances: 1, minAcu: 0.5, isOptimized: false },
    endpointZones: 0,
    proxies: 0,
    usesDataApi: true,
  });
  expect([memory('createOrder'), memory('authorize')]).toEqual([1_769, 512]);
  expect([logsRuns('createOrder'), logsRuns('authorize')]).toEqual([true, false]);
});

test('a standby is billed if its condition holds', () => {
  const Conditions = { HasStandby: { 'Fn::Equals': ['standby true', 'standby true'] } };
  expect(readStage({ ...TEMPLATE, Conditions }).database?.instances).toBe(2);
});

test('an interface endpoint is billed per zone, and a gateway endpoint is free', () => {
  const endpoint = (Properties: object) => withResource('Endpoint', { Type: 'AWS::EC2::VPCEndpoint', Properties });
  expect(readStage(endpoint({ VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] })).endpointZones).toBe(2);
  expect(readStage(endpoint({ VpcEndpointType: 'Gateway', RouteTableIds: ['r'] })).endpointZones).toBe(0);
});

test('the cost model rejects what it does not support', () => {
  const cron = withResource('Schedule', {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'cron(0 * * * ? *)' },
  });
  expect(() => readStage(cron)).toThrow('a schedule like cron');
  expect(() => readStage(TEMPLATE).memory('missing')).toThrow('no function missing');
});

test('the billed custom metrics are those that the sweep publishes', () => {
  const figures: Figures = {
    OrdersAccepted: 0,
    OrdersCompleted: 0,
    OrdersFailed: 0,
    OrdersRetried: 0,
    OrdersCancelled: 0,
    OrdersResent: 0,
    OrdersPending: 0,
    LongestWait: 0,
  };
  expect(Object.keys(figures)).toHaveLength(OWN_METRICS);
});
