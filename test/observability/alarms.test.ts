import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printService } from '../../infra/serverless-command.ts';
import type { Figures } from '../../lib/observability/metrics.ts';
import '../support/starts-processes.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** serverless.yml of a stage, with all that it includes, and the names that Serverless gives what it makes of it. */
interface Stage {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Logical ids of all that the template has, the functions and the API too. */
  readonly ids: ReadonlySet<string>;
  readonly functions: readonly string[];
  /** Where the sweep publishes. */
  readonly metricsNamespace: unknown;
}

interface Naming {
  getLambdaLogicalId(functionName: string): string;
  getHttpApiLogicalId(): string;
}

async function resolveStage(stage: string, ...params: string[]): Promise<Stage> {
  const service = (await printService(stage, ...params.map((param) => `--param=${param}`))) as {
    readonly functions: Record<string, { readonly environment?: Record<string, unknown> }>;
    readonly resources: { Resources?: Record<string, Resource> };
    readonly custom: { readonly database: { readonly resources: readonly { Resources?: Record<string, Resource> }[] } };
  };
  const parts = [service.resources, ...service.custom.database.resources];
  const resources = new Map(parts.flatMap(({ Resources = {} }) => Object.entries(Resources)));
  const naming = createRequire(import.meta.url)('serverless/lib/plugins/aws/lib/naming.js') as Naming;
  const functions = Object.keys(service.functions);
  const made = functions.map((key) => naming.getLambdaLogicalId(key));
  const metricsNamespace = service.functions.sweepOrders?.environment?.METRICS_NAMESPACE;
  return {
    resources,
    functions,
    metricsNamespace,
    ids: new Set([...resources.keys(), ...made, naming.getHttpApiLogicalId()]),
  };
}

let prod: Stage;
let runbook: string;

beforeAll(async () => {
  prod = await resolveStage('prod', 'alarmEmail=somebody@example.com', 'database=pg');
  runbook = await readFile(join(REPOSITORY, 'docs/runbook.md'), 'utf8');
});

/** Of a resource of the stage prod. */
function propertiesOf(logicalId: string): Record<string, unknown> {
  const resource = prod.resources.get(logicalId);
  if (!resource) throw new Error(`the stage has no ${logicalId}`);
  return resource.Properties;
}

const ofType = ({ resources }: Stage, type: string) => [...resources.values()].filter(({ Type }) => Type === type);
const alarmsOf = (stage: Stage) => ofType(stage, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const namesOf = (stage: Stage) => alarmsOf(stage).map(({ AlarmName }) => String(AlarmName));

/** `orders-prod-FunctionErrors-createOrder` is of the kind FunctionErrors. */
const kindOf = (alarmName: string) => alarmName.split('-')[2] ?? '';

function metricsOf(alarm: Record<string, unknown>): Metric[] {
  if (alarm.MetricName) return [alarm as unknown as Metric];
  const queries = alarm.Metrics as readonly { readonly MetricStat?: { readonly Metric: Metric } }[];
  return queries.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
}

/** Every logical id that a value refers to. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value as Record<string, unknown>;
  if (typeof ref === 'string') return ref.startsWith('AWS::') ? [] : [ref];
  if (Array.isArray(attribute)) return [String(attribute[0])];
  const within = Object.values(value).flatMap(references);
  if (text === undefined) return within;
  const [template, given] = (Array.isArray(text) ? text : [text, {}]) as [string, object];
  const names = [...template.matchAll(/\$\{([^}:]+)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
  return [...within, ...names.filter((name) => !(name in given))];
}

/** The titles of the runbook that are alarms: one word in capitals each. */
const sections = () => [...runbook.matchAll(/^## ([A-Z][A-Za-z]+)$/gm)].map(([, title]) => title);

describe('the alarms of a stage', () => {
  test('each alarm is a section of the runbook, and each such section has an alarm', () => {
    const kinds = [...new Set(namesOf(prod).map(kindOf))];
    expect(kinds.sort()).toEqual(sections().sort());
    for (const { AlarmName, AlarmDescription } of alarmsOf(prod))
      expect(AlarmDescription).toContain(`docs/runbook.md#${kindOf(String(AlarmName)).toLowerCase()}`);
  });

  test('alarms watch every function for errors and throttles', () => {
    for (const kind of ['FunctionErrors', 'FunctionThrottled'])
      expect(namesOf(prod)).toEqual(expect.arrayContaining(prod.functions.map((key) => `orders-prod-${kind}-${key}`)));
  });

  test('alarms fire after three bad periods of five, so that a restart triggers none', () => {
    const patience = Object.fromEntries(
      alarmsOf(prod).map(({ AlarmName, EvaluationPeriods, DatapointsToAlarm }) => [
        kindOf(String(AlarmName)),
        [DatapointsToAlarm ?? EvaluationPeriods, EvaluationPeriods],
      ]),
    );
    expect(patience).toMatchObject({
      OrdersWait: [3, 5],
      SweepSilent: [1, 1],
      QueueOld: [3, 5],
      DeadLetters: [1, 1],
      OrdersFail: [3, 5],
      ApiErrors: [3, 5],
      ApiSlow: [3, 5],
      FunctionErrors: [3, 5],
      FunctionThrottled: [3, 5],
      DatabaseCapacity: [3, 3],
      DatabaseCpu: [3, 3],
      DatabaseConnections: [3, 3],
      ProxyPinned: [15, 15],
    });
  });

  test('alarms notify the topic, and reference only resources of the stage', () => {
    for (const alarm of alarmsOf(prod)) {
      expect(alarm.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
      for (const id of references(alarm)) expect([id, prod.ids.has(id)]).toEqual([id, true]);
    }
  });

  test('alarms use metrics with the dimensions of AWS', () => {
    const dimensions: Readonly<Record<string, string>> = {
      'AWS/Lambda': 'FunctionName',
      'AWS/SQS': 'QueueName',
      'AWS/ApiGateway': 'ApiId',
      'AWS/RDS': 'DBClusterIdentifier',
      'orders-prod': 'service',
    };
    const of: Readonly<Record<string, readonly string[]>> = {
      CPUUtilization: ['DBClusterIdentifier', 'Role'],
      DatabaseConnectionsCurrentlySessionPinned: ['ProxyName'],
    };
    for (const { Namespace, MetricName, Dimensions } of alarmsOf(prod).flatMap(metricsOf))
      expect([MetricName, Dimensions.map(({ Name }) => Name)]).toEqual([
        MetricName,
        // A cluster's average over its writer and its standby says nothing about either.
        of[MetricName] ?? [dimensions[Namespace]],
      ]);
  });

  test('alarms on the sweep use only metrics that it publishes, in its namespace', () => {
    const published: Readonly<Record<keyof Figures, true>> = {
      OrdersAccepted: true,
      OrdersCompleted: true,
      OrdersFailed: true,
      OrdersRetried: true,
      OrdersCancelled: true,
      OrdersResent: true,
      OrdersPending: true,
      LongestWait: true,
    };
    const own = alarmsOf(prod)
      .flatMap(metricsOf)
      .filter(({ Namespace }) => !Namespace.startsWith('AWS/'));
    expect(own.length).toBeGreaterThan(0);
    for (const { Namespace, MetricName } of own) {
      expect(Namespace).toBe(prod.metricsNamespace);
      expect(published).toHaveProperty(MetricName);
    }

    const { DashboardBody: body } = propertiesOf('OrdersDashboard') as {
      DashboardBody: { 'Fn::Sub': [string, object] };
    };
    const { widgets } = JSON.parse(body['Fn::Sub'][0]) as { widgets: { properties: { metrics?: unknown[][] } }[] };
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === 'orders-prod');
    // Nothing is published that nobody looks at.
    expect(new Set(shown.map(([, name]) => name))).toEqual(new Set(Object.keys(published)));
  });

  test('a stage without a proxy has no alarm on pinned connections', async () => {
    expect(namesOf(await resolveStage('prod', 'database=data-api'))).not.toContain('orders-prod-ProxyPinned');
    expect(namesOf(prod)).toContain('orders-prod-ProxyPinned');
  });

  test('alarms wait as long as the period of the sweep', async () => {
    const hourly = await resolveStage('prod', 'sweepRate=rate(1 hour)');
    const waits = alarmsOf(hourly).find(({ AlarmName }) => AlarmName === 'orders-prod-OrdersWait');
    const silent = alarmsOf(hourly).find(({ AlarmName }) => AlarmName === 'orders-prod-SweepSilent');
    expect(waits).toMatchObject({ Period: 3_600 });
    expect(silent).toMatchObject({ Period: 18_000, TreatMissingData: 'breaching' });
  });
});

describe('the dashboard', () => {
  test('the dashboard references only resources of the stage', () => {
    const ids = references(propertiesOf('OrdersDashboard'));
    expect(ids.length).toBeGreaterThan(50);
    for (const id of ids) expect([id, prod.ids.has(id)]).toEqual([id, true]);
  });
});

describe('the topic', () => {
  test('the topic is encrypted with a key that CloudWatch can use, and sends emails to the address', () => {
    expect(propertiesOf('AlarmTopic').KmsMasterKeyId).toEqual({ Ref: 'AlarmTopicKey' });
    const { KeyPolicy: policy } = propertiesOf('AlarmTopicKey') as { KeyPolicy: { Statement: object[] } };
    expect(policy.Statement).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
    });
    expect(ofType(prod, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toEqual([
      { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: 'somebody@example.com' },
    ]);
  });
});

describe('other stages', () => {
  test('stages that are not watched have no alarms', async () => {
    const dev = await resolveStage('dev');
    expect(alarmsOf(dev)).toEqual([]);
    expect(ofType(dev, 'AWS::SNS::Topic')).toEqual([]);
  });

  test.each([
    ['alarmEmail=nobody', 'params.alarmEmail must be an email address'],
    ['sweepRate=cron(* * * * ? *)', 'params.sweepRate must be a rate, such as rate(1 minute)'],
  ])('stages with %s are rejected with a message', async (param, message) => {
    await expect(resolveStage('prod', param)).rejects.toMatchObject({ stdout: expect.stringContaining(message) });
  });
});
