import { secondsOfRate } from '../../infra/aws/rate.ts';
import { functionId } from '../../infra/aws/watch/template.ts';
import { at, type Properties, propertiesOfType, resourcesOfType } from '../../infra/deploy/resources.ts';
import type { Template } from '../../infra/deploy/serverless.ts';

/** AWS bills by the month of 730 hours, as in its calculator. */
export const HOURS_PER_MONTH = 730;

/** The metrics that the sweep publishes: as many as in lib/observability/metrics.ts (a test counts them). */
export const OWN_METRICS = 8;

/** The billed resources in the CloudFormation template of a stage. */
export type Stage = ReturnType<typeof readStage>;

export function readStage(template: Template) {
  const all = (type: string) => propertiesOfType(template, type);
  const functionOf = (key: string): Properties => {
    const resource = template.Resources?.[functionId(key)];
    if (!resource) throw new Error(`The template has no function ${key}`);
    return resource.Properties ?? {};
  };
  const [eventSource = {}] = all('AWS::Lambda::EventSourceMapping');
  const [cluster] = all('AWS::RDS::DBCluster');
  const proxies = all('AWS::RDS::DBProxy').length;
  return {
    /** MB of a function, by its key in serverless.yml. */
    memory: (key: string): number => Number(functionOf(key).MemorySize),
    /** True if Lambda logs the start, the end and a report of each run. */
    logsRuns: (key: string): boolean => at(functionOf(key).LoggingConfig, 'SystemLogLevel') !== 'WARN',
    batchSize: Number(eventSource.BatchSize),
    /** Seconds. */
    batchingWindow: Number(eventSource.MaximumBatchingWindowInSeconds ?? 0),
    provisionedPollers: Number(at(eventSource.ProvisionedPollerConfig, 'MinimumPollers') ?? 0),
    sweeps: all('AWS::Events::Rule').reduce((sum, rule) => sum + runsAMonth(rule.ScheduleExpression), 0),
    /** Each request invokes it. */
    hasAuthorizer: all('AWS::ApiGatewayV2::Authorizer').length > 0,
    customMetrics: all('AWS::Lambda::Function').some(({ Environment }) =>
      at(Environment, 'Variables', 'METRICS_NAMESPACE'),
    )
      ? OWN_METRICS
      : 0,
    /** An alarm on a formula is billed for each metric in it. */
    alarms: all('AWS::CloudWatch::Alarm').reduce((sum, { Metrics = [{ MetricStat: {} }] }) => {
      return sum + (Metrics as Properties[]).filter(({ MetricStat }) => MetricStat !== undefined).length;
    }, 0),
    dashboards: all('AWS::CloudWatch::Dashboard').length,
    keys: all('AWS::KMS::Key').length,
    /** RDS stores the master password in one of its own. */
    secrets: all('AWS::SecretsManager::Secret').length + (cluster ? 1 : 0),
    /** The longest of all logs. */
    logRetentionDays: Math.max(0, ...all('AWS::Logs::LogGroup').map(({ RetentionInDays }) => Number(RetentionInDays))),
    /** The stage's own; undefined if it uses another. */
    database: cluster && {
      instances: resourcesOfType(template, 'AWS::RDS::DBInstance').filter(({ Condition }) => holds(template, Condition))
        .length,
      minAcu: Number(at(cluster, 'ServerlessV2ScalingConfiguration', 'MinCapacity')),
      isOptimized: cluster.StorageType === 'aurora-iopt1',
    },
    proxies,
    usesDataApi: cluster !== undefined && proxies === 0,
    endpointZones: all('AWS::EC2::VPCEndpoint')
      .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')
      .reduce((sum, { SubnetIds }) => sum + (SubnetIds as unknown[]).length, 0),
  };
}

/** @throws {Error} for a schedule that is not a rate, which is not used here */
function runsAMonth(expression: unknown): number {
  const seconds = secondsOfRate(String(expression));
  if (seconds === undefined) throw new Error(`The cost model does not support a schedule like ${expression}`);
  return (HOURS_PER_MONTH * 3_600) / seconds;
}

/** For conditions that compare two texts, the only kind in use. */
function holds(template: Template, condition: unknown): boolean {
  if (condition === undefined) return true;
  const [one, other] = at(template.Conditions, String(condition), 'Fn::Equals') as unknown[];
  return one === other;
}
