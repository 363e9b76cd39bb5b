import { secondsOfRate } from '../../infra/aws/rate.ts';
import { type Properties, propertiesOf, resourcesOf, ofType as resourcesOfType } from '../../infra/deploy/resources.ts';
import type { Template } from '../../infra/deploy/serverless.ts';

/** The billed resources in the CloudFormation template of a stage. */
export interface Stage {
  /** MB of a function, by its key in serverless.yml. */
  readonly memory: (functionKey: string) => number;
  /** True if Lambda logs the start, the end and a report of each run. */
  readonly logsRuns: (functionKey: string) => boolean;
  readonly tracing: boolean;
  /** Messages, and seconds for which they are gathered. */
  readonly batchSize: number;
  readonly batchingWindow: number;
  /** Provisioned pollers that are there all the time; 0 where AWS starts them as the queue needs. */
  readonly pollers: number;
  /** Runs per month of scheduled functions. */
  readonly scheduledRuns: number;
  /** True if each request invokes one; API Gateway does not cache its responses. */
  readonly hasAuthorizer: boolean;
  readonly customMetrics: number;
  readonly alarms: number;
  /** The stage's own KMS keys. */
  readonly keys: number;
  readonly dashboards: number;
  readonly secrets: number;
  /** Days, the longest of all log groups. */
  readonly logRetention: number;
  /** The stage's own database, or undefined if it uses another. */
  readonly database: Database | undefined;
  /** Interface endpoints, counted per zone; only with DATABASE_DRIVER=pg. */
  readonly endpointZones: number;
  readonly proxies: number;
  readonly usesDataApi: boolean;
}

export interface Database {
  readonly instances: number;
  /** The minimum of every instance in Aurora capacity units. */
  readonly minCapacity: number;
  /** Aurora I/O-Optimized: capacity and storage cost more, I/O nothing. */
  readonly isOptimized: boolean;
}

/** Lambda's own default, in MB, is 128, but osls writes a size into every function. */
const LAMBDA_DEFAULT_MB = 128;

/** The metrics that the sweep publishes: as many as in lib/observability/metrics.ts (a test counts them). */
export const OWN_METRICS = 8;

/** 4xx, 5xx, Count, IntegrationLatency, Latency and DataProcessed. */
const ROUTE_METRICS = 6;

/** AWS bills by the month of 730 hours, as in its calculator. */
export const HOURS_A_MONTH = 730;

export function readStage(template: Template): Stage {
  const resources = resourcesOf(template);
  const ofType = (type: string): Properties[] => resourcesOfType(resources, type).map(([, properties]) => properties);
  const functions = ofType('AWS::Lambda::Function');
  const functionOf = (key: string): Properties => {
    const logicalId = `${key.charAt(0).toUpperCase()}${key.slice(1)}LambdaFunction`;
    const found = resources.get(logicalId);
    if (!found) throw new Error(`The template has no ${logicalId}`);
    return propertiesOf(found);
  };
  const [eventSource = {}] = ofType('AWS::Lambda::EventSourceMapping');
  const clusters = ofType('AWS::RDS::DBCluster');
  const [authorizer] = ofType('AWS::ApiGatewayV2::Authorizer');

  return {
    memory: (key) => Number(functionOf(key).MemorySize ?? LAMBDA_DEFAULT_MB),
    logsRuns: (key) => (functionOf(key).LoggingConfig as Properties | undefined)?.SystemLogLevel !== 'WARN',
    tracing: functions.some(({ TracingConfig }) => modeOf(TracingConfig) === 'Active'),
    batchSize: Number(eventSource.BatchSize ?? 10),
    batchingWindow: Number(eventSource.MaximumBatchingWindowInSeconds ?? 0),
    pollers: Number((eventSource.ProvisionedPollerConfig as Properties | undefined)?.MinimumPollers ?? 0),
    scheduledRuns: ofType('AWS::Events::Rule').reduce((sum, rule) => sum + runsAMonth(rule.ScheduleExpression), 0),
    hasAuthorizer: isAsked(authorizer),
    customMetrics: ownMetrics(functions) + routeMetrics(ofType),
    keys: ofType('AWS::KMS::Key').length,
    alarms: ofType('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    // A cluster that manages its master password stores it in its own secret.
    secrets:
      ofType('AWS::SecretsManager::Secret').length +
      clusters.filter(({ ManageMasterUserPassword }) => ManageMasterUserPassword).length,
    logRetention: Math.max(0, ...ofType('AWS::Logs::LogGroup').map(({ RetentionInDays }) => Number(RetentionInDays))),
    database: clusters[0] && {
      instances: [...resources.values()].filter(
        ({ Type, Condition }) => Type === 'AWS::RDS::DBInstance' && holds(template, Condition),
      ).length,
      minCapacity: Number((clusters[0].ServerlessV2ScalingConfiguration as Properties).MinCapacity),
      isOptimized: clusters[0].StorageType === 'aurora-iopt1',
    },
    endpointZones: ofType('AWS::EC2::VPCEndpoint')
      .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')
      .reduce((sum, { SubnetIds }) => sum + (SubnetIds as unknown[]).length, 0),
    proxies: ofType('AWS::RDS::DBProxy').length,
    usesDataApi: clusters.some(({ EnableHttpEndpoint }) => EnableHttpEndpoint) && !ofType('AWS::RDS::DBProxy').length,
  };
}

const ownMetrics = (functions: readonly Properties[]): number =>
  functions.some(({ Environment }) => variablesOf(Environment).METRICS_NAMESPACE) ? OWN_METRICS : 0;

/** Detailed metrics are billed as custom metrics, for each route ("Monitor CloudWatch metrics for HTTP APIs"). */
function routeMetrics(ofType: (type: string) => Properties[]): number {
  const isDetailed = ofType('AWS::ApiGatewayV2::Stage').some(
    ({ DefaultRouteSettings }) => (DefaultRouteSettings as Properties | undefined)?.DetailedMetricsEnabled,
  );
  return isDetailed ? ROUTE_METRICS * ofType('AWS::ApiGatewayV2::Route').length : 0;
}

/** @throws {Error} if API Gateway caches responses: how often it then calls the authorizer is not modeled */
function isAsked(authorizer: Properties | undefined): boolean {
  if (Number(authorizer?.AuthorizerResultTtlInSeconds ?? 0) > 0)
    throw new Error('The cost model does not support an authorizer whose responses are cached');
  return authorizer !== undefined;
}

const variablesOf = (environment: unknown): Properties =>
  (environment as { Variables?: Properties } | undefined)?.Variables ?? {};

const modeOf = (tracing: unknown): unknown => (tracing as { Mode?: unknown } | undefined)?.Mode;

/** An alarm on a sum of metrics is billed for each of them. */
function metricsOf({ Metrics }: Properties): number {
  if (!Array.isArray(Metrics)) return 1;
  return Metrics.filter((metric) => metric !== null && typeof metric === 'object' && 'MetricStat' in metric).length;
}

/** @throws {Error} for a schedule that is not a rate, which is not used here */
function runsAMonth(expression: unknown): number {
  const seconds = secondsOfRate(String(expression));
  if (seconds === undefined) throw new Error(`The cost model does not support a schedule like ${expression}`);
  return (HOURS_A_MONTH * 3_600) / seconds;
}

/** True if a resource is created, for conditions that compare two texts, the only kind in use. */
function holds(template: Template, condition: unknown): boolean {
  if (condition === undefined) return true;
  const equals = (template.Conditions as Record<string, { 'Fn::Equals'?: unknown[] }>)[String(condition)]?.[
    'Fn::Equals'
  ];
  return equals !== undefined && equals[0] === equals[1];
}
