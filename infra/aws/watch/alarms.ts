import { TOPIC } from './notifications.ts';
import type { Stage } from './stage.ts';
import { capitalized, functionId, type Resource, type Value } from './template.ts';

/** The longest intentional delay of a message in seconds: the longest backoff (RETRY_MAX_MS), which is also the limit of SQS. */
const LONGEST_DELAY = 900;

/** Percent. Above it, little capacity is left. */
const NEARLY_FULL = 90;

/** Percent. A few Failed orders are expected, such as declined cards; this many point to a broken processor or receiver. */
const MANY_FAILED = 10;

/** Percent of apiRateLimit. Above the limit customers get 429, and every request below it costs money. */
const MANY_REQUESTS = 80;

/** The period in seconds of all metrics except those of the sweep. */
const MINUTE = 60;

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: Value }[];
}

type Condition = Readonly<Record<string, unknown>>;

/**
 * The alarms. Each is named after its kind, which is a section of docs/runbook.md (a test compares the two). No alarm requires
 * action within seconds, because no order is lost in the meantime. So each one waits long enough for a short problem to
 * resolve itself.
 */
export function alarms(stage: Stage): Record<string, Resource> {
  const api = ofApi();
  const queue = ofQueue(stage.queue);
  const own = (name: string): Metric => ({
    Namespace: stage.metrics,
    MetricName: name,
    Dimensions: [{ Name: 'service', Value: 'orders' }],
  });
  // The metrics of the sweep are published once per sweep.
  const sweep = Math.max(MINUTE, stage.sweepSeconds);
  const kinds: Record<string, readonly [string, Condition]> = {
    OrdersWait: [
      `An order has waited longer than ${stage.waitSeconds} s.`,
      { ...own('LongestWait'), Statistic: 'Maximum', Period: sweep, ...threeOfFive(), Threshold: stage.waitSeconds },
    ],
    SweepSilent: [
      'The sweep, which sends new messages for orders whose message was lost, has not completed for five periods.',
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
        // The longest backoff, plus the time that an order may wait.
        Threshold: LONGEST_DELAY + stage.waitSeconds,
      },
    ],
    DeadLetters: [
      'Messages were received as often as the queue allows and never acknowledged.',
      {
        ...ofQueue(stage.deadLetterQueue)('ApproximateNumberOfMessagesVisible'),
        Statistic: 'Maximum',
        Period: MINUTE,
        EvaluationPeriods: 1,
        Threshold: 1,
      },
    ],
    RecursionStopped: [
      'Lambda has stopped retries, which it mistook for an infinite loop.',
      {
        ...ofFunction('processOrders')('RecursiveInvocationsDropped'),
        Statistic: 'Sum',
        Period: MINUTE,
        EvaluationPeriods: 1,
        Threshold: 1,
      },
    ],
    OrdersFail: [
      `At least ${MANY_FAILED} % of finished orders are Failed.`,
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
      'At least one percent of requests get a 5xx.',
      {
        ...formula('100 * errors / requests', MINUTE, { errors: api('5xx'), requests: api('Count') }),
        ...threeOfFive(),
        Threshold: 1,
      },
    ],
    ApiSlow: [
      `At least one percent of the runs of createOrder take longer than ${stage.latencyMs} ms.`,
      {
        // Not the latency of the whole API: requests with `?wait=` take long on purpose.
        ...ofFunction('createOrder')('Duration'),
        ExtendedStatistic: 'p99',
        EvaluateLowSampleCountPercentile: 'ignore',
        Period: MINUTE,
        ...threeOfFive(),
        Threshold: stage.latencyMs,
      },
    ],
    RequestsMany: [
      `The API gets more than ${MANY_REQUESTS} % of the requests that it allows.`,
      {
        ...api('Count'),
        Statistic: 'Sum',
        Period: MINUTE,
        ...threeOfFive(),
        Threshold: Math.floor((MINUTE * stage.requestRate * MANY_REQUESTS) / 100),
      },
    ],
    ...databaseAlarms(stage),
    ...proxyAlarms(stage),
  };
  const resources = Object.entries(kinds).map(([kind, [what, condition]]) => [
    `${kind}Alarm`,
    alarm(stage, kind, kind, what, condition),
  ]);
  return Object.fromEntries([...resources, ...stage.functions.flatMap((key) => functionAlarms(stage, key))]);
}

function functionAlarms(stage: Stage, key: string): [string, Resource][] {
  const count = (MetricName: string) => ({
    ...ofFunction(key)(MetricName),
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
    of('FunctionThrottled', `The function ${key} is invoked more often than its concurrency allows.`, 'Throttles'),
  ];
}

/** Alarms of the stage's own cluster, or of an existing one whose name is known. */
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
      `The database has used ${NEARLY_FULL} % of its maximum capacity for 15 minutes.`,
      metric('ACUUtilization', 'Average', NEARLY_FULL),
    ],
    DatabaseCpu: [
      `The CPUs of the database have been ${NEARLY_FULL} % busy for 15 minutes.`,
      // Without a role, it is the average over the writer and an idle standby.
      metric('CPUUtilization', 'Average', NEARLY_FULL, [{ Name: 'Role', Value: 'WRITER' }]),
    ],
    DatabaseConnections: [
      `The database has used more than ${NEARLY_FULL} % of its ${maxConnections} connections for 15 minutes.`,
      metric('DatabaseConnections', 'Maximum', Math.floor((maxConnections * NEARLY_FULL) / 100)),
    ],
  };
}

/** Of the stage's own proxy. A pinned connection serves one function only, until that function closes it. */
function proxyAlarms({ proxy }: Stage): Record<string, [string, Condition]> {
  if (proxy === undefined) return {};
  return {
    ProxyPinned: [
      'RDS Proxy has pinned connections to one function each for 15 minutes.',
      {
        Namespace: 'AWS/RDS',
        MetricName: 'DatabaseConnectionsCurrentlySessionPinned',
        Dimensions: [{ Name: 'ProxyName', Value: proxy }],
        Statistic: 'Sum',
        Period: MINUTE,
        // Migrations pin their connection for as long as they run.
        EvaluationPeriods: 15,
        Threshold: 1,
      },
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
      // Without activity there is no problem.
      TreatMissingData: 'notBreaching',
      ...condition,
    },
  };
}

/** A metric of an HTTP API ("Monitor CloudWatch metrics for HTTP APIs"). The names differ from those of a REST API. */
function ofApi(): (MetricName: string) => Metric {
  const Dimensions = [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }];
  return (MetricName) => ({ Namespace: 'AWS/ApiGateway', MetricName, Dimensions });
}

function ofFunction(key: string): (MetricName: string) => Metric {
  const Dimensions = [{ Name: 'FunctionName', Value: { Ref: functionId(key) } }];
  return (MetricName) => ({ Namespace: 'AWS/Lambda', MetricName, Dimensions });
}

function ofQueue(name: Value): (MetricName: string) => Metric {
  const Dimensions = [{ Name: 'QueueName', Value: name }];
  return (MetricName) => ({ Namespace: 'AWS/SQS', MetricName, Dimensions });
}

/** At least three of five periods, so that a restart does not trigger the alarm. */
function threeOfFive() {
  return { EvaluationPeriods: 5, DatapointsToAlarm: 3 };
}

/** Sums of metrics, by their names in the expression. */
function formula(Expression: string, Period: number, metrics: Readonly<Record<string, Metric>>) {
  const inputs = Object.entries(metrics).map(([Id, Metric]) => ({
    Id,
    MetricStat: { Metric, Period, Stat: 'Sum' },
    ReturnData: false,
  }));
  return { Metrics: [{ Id: 'result', Expression, Label: 'Percent', ReturnData: true }, ...inputs] };
}
