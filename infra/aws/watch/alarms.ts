import { TOPIC } from './notifications.ts';
import type { Stage } from './stage.ts';
import { capitalized, functionId, type Resource, type Value } from './template.ts';

/** Seconds that a message may have been delayed on purpose: the longest backoff (RETRY_MAX_MS), which is the bound of SQS. */
const LONGEST_DELAY = 900;

/** Percent. Above it there is little left to grow into. */
const NEARLY_FULL = 90;

/** Percent. Some orders are Failed by right, as those whose card is declined; this many are a processor's or a receiver's. */
const MANY_FAILED = 10;

/** Percent of apiRateLimit. Beyond that limit customers get 429, and each request costs money long before. */
const MANY_REQUESTS = 80;

/** What everything but the sweep's own figures is measured in, in seconds. */
const MINUTE = 60;

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: Value }[];
}

type Condition = Readonly<Record<string, unknown>>;

/**
 * What somebody is told of. Each alarm is called by its kind, which is a section of docs/runbook.md (a test holds the two
 * together). None of them asks for a deed within seconds: nothing is lost meanwhile, so each waits until a short trouble is
 * over by itself.
 */
export function alarms(stage: Stage): Record<string, Resource> {
  const api = ofApi();
  const queue = ofQueue(stage.queue);
  const own = (name: string): Metric => ({
    Namespace: stage.metrics,
    MetricName: name,
    Dimensions: [{ Name: 'service', Value: 'orders' }],
  });
  // The sweep's figures come once a sweep.
  const sweep = Math.max(MINUTE, stage.sweepSeconds);
  const kinds: Record<string, readonly [string, Condition]> = {
    OrdersWait: [
      `An order has waited for longer than ${stage.waitSeconds} s.`,
      { ...own('LongestWait'), Statistic: 'Maximum', Period: sweep, ...threeOfFive(), Threshold: stage.waitSeconds },
    ],
    SweepSilent: [
      'The sweep, which sends again what was lost, has not come to its end for a while.',
      {
        ...own('LongestWait'),
        Statistic: 'SampleCount',
        Period: 5 * sweep,
        EvaluationPeriods: 1,
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        TreatMissingData: 'breaching',
      },
    ],
    QueueOld: [
      `A message has been in the queue for longer than ${LONGEST_DELAY + stage.waitSeconds} s.`,
      {
        ...queue('ApproximateAgeOfOldestMessage'),
        Statistic: 'Maximum',
        Period: MINUTE,
        ...threeOfFive(),
        // The longest backoff, and what an order may wait.
        Threshold: LONGEST_DELAY + stage.waitSeconds,
      },
    ],
    DeadLetters: [
      'Messages were received as often as the queue allows, and never acknowledged.',
      {
        ...ofQueue(stage.deadLetterQueue)('ApproximateNumberOfMessagesVisible'),
        Statistic: 'Maximum',
        Period: MINUTE,
        EvaluationPeriods: 1,
        Threshold: 1,
      },
    ],
    RecursionStopped: [
      'Lambda has stopped retries, which it took for an endless loop.',
      {
        Namespace: 'AWS/Lambda',
        MetricName: 'RecursiveInvocationsDropped',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId('processOrders') } }],
        Statistic: 'Sum',
        Period: MINUTE,
        EvaluationPeriods: 1,
        Threshold: 1,
      },
    ],
    OrdersFail: [
      `At least ${MANY_FAILED} % of the orders that are finished are Failed.`,
      {
        ...formula('100 * failed / (failed + completed)', sweep, {
          failed: own('OrdersFailed'),
          completed: own('OrdersCompleted'),
        }),
        ...threeOfFive(),
        Threshold: MANY_FAILED,
      },
    ],
    ApiErrors: [
      'At least one request of a hundred is answered with a 5xx.',
      {
        ...formula('100 * errors / requests', MINUTE, { errors: api('5xx'), requests: api('Count') }),
        ...threeOfFive(),
        Threshold: 1,
      },
    ],
    ApiSlow: [
      `One request of a hundred takes longer than ${stage.latencyMs} ms.`,
      {
        ...api('Latency'),
        ExtendedStatistic: 'p99',
        EvaluateLowSampleCountPercentile: 'ignore',
        Period: MINUTE,
        ...threeOfFive(),
        Threshold: stage.latencyMs,
      },
    ],
    RequestsMany: [
      `More than ${MANY_REQUESTS} % of the requests that the API takes have come in.`,
      {
        ...api('Count'),
        Statistic: 'Sum',
        Period: MINUTE,
        ...threeOfFive(),
        Threshold: Math.floor((MINUTE * stage.requestRate * MANY_REQUESTS) / 100),
      },
    ],
    ...databaseAlarms(stage),
  };
  const resources = Object.entries(kinds).map(([kind, [what, condition]]) => [
    `${kind}Alarm`,
    alarm(stage, kind, kind, what, condition),
  ]);
  return Object.fromEntries([...resources, ...stage.functions.flatMap((key) => functionAlarms(stage, key))]);
}

function functionAlarms(stage: Stage, key: string): [string, Resource][] {
  const count = (MetricName: string) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId(key) } }],
    Statistic: 'Sum',
    Period: MINUTE,
    ...threeOfFive(),
    Threshold: 1,
  });
  const of = (kind: string, what: string, metric: string): [string, Resource] => [
    `${kind}${capitalized(key)}Alarm`,
    alarm(stage, kind, `${kind}-${key}`, what, count(metric)),
  ];
  return [
    of('FunctionErrors', `The function ${key} fails.`, 'Errors'),
    of('FunctionThrottled', `The function ${key} is called more often than it may run.`, 'Throttles'),
  ];
}

/** Of a cluster of the stage's own, or one that it knows the name of. */
function databaseAlarms({ cluster, maxConnections }: Stage): Record<string, [string, Condition]> {
  if (cluster === undefined) return {};
  const metric = (MetricName: string, Statistic: string, Threshold: number, dimensions: Metric['Dimensions'] = []) => ({
    Namespace: 'AWS/RDS',
    MetricName,
    Dimensions: [{ Name: 'DBClusterIdentifier', Value: cluster }, ...dimensions],
    Statistic,
    Period: 5 * MINUTE,
    EvaluationPeriods: 3,
    Threshold,
  });
  return {
    DatabaseCapacity: [
      `The database has used ${NEARLY_FULL} % of the capacity that it may grow to for a quarter of an hour.`,
      metric('ACUUtilization', 'Average', NEARLY_FULL),
    ],
    DatabaseCpu: [
      `The processors of the database have been ${NEARLY_FULL} % busy for a quarter of an hour.`,
      // Without a role it is the average over the writer and a standby that does nothing.
      metric('CPUUtilization', 'Average', NEARLY_FULL, [{ Name: 'Role', Value: 'WRITER' }]),
    ],
    DatabaseConnections: [
      `The database has had more than ${NEARLY_FULL} % of its ${maxConnections} connections for a quarter of an hour.`,
      metric('DatabaseConnections', 'Maximum', Math.floor((maxConnections * NEARLY_FULL) / 100)),
    ],
  };
}

function alarm(stage: Stage, kind: string, name: string, what: string, condition: Condition): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${stage.name}-${name}`,
      AlarmDescription: `${what} What to do: docs/runbook.md#${kind.toLowerCase()}`,
      AlarmActions: [{ Ref: TOPIC }],
      OKActions: [{ Ref: TOPIC }],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      // Where nothing happens there is nothing wrong.
      TreatMissingData: 'notBreaching',
      ...condition,
    },
  };
}

/** Of an HTTP API ("Monitor CloudWatch metrics for HTTP APIs"): other names than those of a REST API. */
function ofApi(): (MetricName: string) => Metric {
  const Dimensions = [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }];
  return (MetricName) => ({ Namespace: 'AWS/ApiGateway', MetricName, Dimensions });
}

function ofQueue(name: Value): (MetricName: string) => Metric {
  const Dimensions = [{ Name: 'QueueName', Value: name }];
  return (MetricName) => ({ Namespace: 'AWS/SQS', MetricName, Dimensions });
}

/** Of five periods, at least three: not the moment in which something restarts. */
function threeOfFive() {
  return { EvaluationPeriods: 5, DatapointsToAlarm: 3 };
}

/** Sums of metrics, by the names that they have in the expression. */
function formula(Expression: string, Period: number, metrics: Readonly<Record<string, Metric>>) {
  const inputs = Object.entries(metrics).map(([Id, Metric]) => ({
    Id,
    MetricStat: { Metric, Period, Stat: 'Sum' },
    ReturnData: false,
  }));
  return { Metrics: [{ Id: 'result', Expression, Label: 'Percent', ReturnData: true }, ...inputs] };
}
