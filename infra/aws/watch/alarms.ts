import type { Resource } from '../../deploy/serverless.ts';
import { TOPIC } from './notifications.ts';
import type { Stage } from './stage.ts';
import { capitalized, functionId, type Value } from './template.ts';

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

/** By its kind, what an alarm says, and the part of its properties that says when. */
type Alarms = Readonly<Record<string, readonly [what: string, condition: Readonly<Record<string, unknown>>]>>;

/**
 * The alarms. Each is named after its kind, which is a section of docs/runbook.md (a test compares the two). No alarm requires
 * action within seconds, because no order is lost in the meantime. So each one waits long enough for a short problem to
 * resolve itself.
 */
export function alarms(stage: Stage): Record<string, Resource> {
  const own = (name: string) => metric(stage.metricsNamespace, name, { service: 'orders' });
  // HTTP APIs name their metrics differently from REST APIs ("Monitor CloudWatch metrics for HTTP APIs").
  const api = (name: string) => metric('AWS/ApiGateway', name, { ApiId: { Ref: 'HttpApi' } });
  const queue = (name: string, QueueName: Value) => metric('AWS/SQS', name, { QueueName });
  // The metrics of the sweep are published once per sweep.
  const sweep = Math.max(MINUTE, stage.sweepRate);
  const kinds: Alarms = {
    OrdersWait: [
      `An order has waited longer than ${stage.alarmWaitSeconds} s.`,
      lasting(own('LongestWait'), 'Maximum', stage.alarmWaitSeconds, sweep),
    ],
    SweepSilent: [
      'The sweep, which sends new messages for orders whose message was lost, has not completed for five periods.',
      {
        ...immediate(own('LongestWait'), 'SampleCount', 5 * sweep),
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    ],
    QueueOld: [
      `A message has been in the queue for longer than ${LONGEST_DELAY + stage.alarmWaitSeconds} s.`,
      // The longest backoff, plus the time that an order may wait.
      lasting(queue('ApproximateAgeOfOldestMessage', stage.queue), 'Maximum', LONGEST_DELAY + stage.alarmWaitSeconds),
    ],
    DeadLetters: [
      'Messages were received as often as the queue allows and never acknowledged.',
      immediate(queue('ApproximateNumberOfMessagesVisible', stage.deadLetterQueue), 'Maximum'),
    ],
    RecursionStopped: [
      'Lambda has stopped retries, which it mistook for an infinite loop.',
      immediate(ofFunction('processOrders', 'RecursiveInvocationsDropped'), 'Sum'),
    ],
    OrdersFail: [
      `At least ${MANY_FAILED} % of finished orders are Failed.`,
      formula('100 * failed / (failed + completed)', MANY_FAILED, sweep, {
        failed: own('OrdersFailed'),
        completed: own('OrdersCompleted'),
      }),
    ],
    ApiErrors: [
      'At least one percent of requests get a 5xx.',
      formula('100 * errors / requests', 1, MINUTE, { errors: api('5xx'), requests: api('Count') }),
    ],
    ApiSlow: [
      `At least one percent of the runs of createOrder take longer than ${stage.alarmLatencyMs} ms.`,
      {
        // Not the latency of the whole API: requests with `?wait=` take long on purpose.
        ...ofFunction('createOrder', 'Duration'),
        ExtendedStatistic: 'p99',
        EvaluateLowSampleCountPercentile: 'ignore',
        Period: MINUTE,
        ...THREE_OF_FIVE,
        Threshold: stage.alarmLatencyMs,
      },
    ],
    RequestsMany: [
      `The API gets more than ${MANY_REQUESTS} % of the requests that it allows.`,
      lasting(api('Count'), 'Sum', Math.floor((MINUTE * stage.apiRateLimit * MANY_REQUESTS) / 100)),
    ],
    ...databaseAlarms(stage),
    ...proxyAlarms(stage),
  };
  const ofFunctions = stage.functions.flatMap((key) => [
    alarm(stage, 'FunctionErrors', `The function ${key} fails.`, lasting(ofFunction(key, 'Errors'), 'Sum', 1), key),
    alarm(
      stage,
      'FunctionThrottled',
      `The function ${key} is invoked more often than its concurrency allows.`,
      lasting(ofFunction(key, 'Throttles'), 'Sum', 1),
      key,
    ),
  ]);
  return Object.fromEntries([
    ...Object.entries(kinds).map(([kind, [what, condition]]) => alarm(stage, kind, what, condition)),
    ...ofFunctions,
  ]);
}

/** Alarms of the stage's own cluster, or of an existing one whose name is known. */
function databaseAlarms({ cluster, maxConnections }: Stage): Alarms {
  if (cluster === undefined) return {};
  const lasting15Minutes = (name: string, Statistic: string, Threshold = NEARLY_FULL, role = {}) => ({
    ...metric('AWS/RDS', name, { DBClusterIdentifier: cluster, ...role }),
    ...{ Statistic, Period: 5 * MINUTE, EvaluationPeriods: 3, Threshold },
  });
  return {
    DatabaseCapacity: [
      `The database has used ${NEARLY_FULL} % of its maximum capacity for 15 minutes.`,
      lasting15Minutes('ACUUtilization', 'Average'),
    ],
    DatabaseCpu: [
      `The CPUs of the database have been ${NEARLY_FULL} % busy for 15 minutes.`,
      // Without a role, it is the average over the writer and an idle standby.
      lasting15Minutes('CPUUtilization', 'Average', NEARLY_FULL, { Role: 'WRITER' }),
    ],
    DatabaseConnections: [
      `The database has used more than ${NEARLY_FULL} % of its ${maxConnections} connections for 15 minutes.`,
      lasting15Minutes('DatabaseConnections', 'Maximum', Math.floor((maxConnections * NEARLY_FULL) / 100)),
    ],
  };
}

/** Of the stage's own proxy. A pinned connection serves one function only, until that function closes it. */
function proxyAlarms({ proxy }: Stage): Alarms {
  if (proxy === undefined) return {};
  const pinned = metric('AWS/RDS', 'DatabaseConnectionsCurrentlySessionPinned', { ProxyName: proxy });
  return {
    ProxyPinned: [
      'RDS Proxy has pinned connections to one function each for 15 minutes.',
      // Migrations pin their connection for as long as they run.
      { ...pinned, Statistic: 'Sum', Period: MINUTE, EvaluationPeriods: 15, Threshold: 1 },
    ],
  };
}

/** @param key of the function, for an alarm that each function has */
function alarm(stage: Stage, kind: string, what: string, condition: object, key?: string): [string, Resource] {
  return [
    `${kind}${capitalized(key ?? '')}Alarm`,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: [stage.name, kind, ...(key === undefined ? [] : [key])].join('-'),
        AlarmDescription: `${what} What to do: docs/runbook.md#${kind.toLowerCase()}`,
        AlarmActions: [{ Ref: TOPIC }],
        OKActions: [{ Ref: TOPIC }],
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        // Missing data means that there was no activity.
        TreatMissingData: 'notBreaching',
        ...condition,
      },
    },
  ];
}

function metric(Namespace: string, MetricName: string, dimensions: Readonly<Record<string, Value>>) {
  return { Namespace, MetricName, Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) };
}

type Metric = ReturnType<typeof metric>;

function ofFunction(key: string, name: string): Metric {
  return metric('AWS/Lambda', name, { FunctionName: { Ref: functionId(key) } });
}

/** At least three of five periods, so that a restart does not trigger the alarm. */
const THREE_OF_FIVE = { EvaluationPeriods: 5, DatapointsToAlarm: 3 };

/** Over the threshold in three of five periods. */
function lasting(of: Metric, Statistic: string, Threshold: number, Period = MINUTE) {
  return { ...of, Statistic, Period, ...THREE_OF_FIVE, Threshold };
}

/** At least one in a single period. */
function immediate(of: Metric, Statistic: string, Period = MINUTE) {
  return { ...of, Statistic, Period, EvaluationPeriods: 1, Threshold: 1 };
}

/** A formula of sums of metrics, by their names in it, that is over the threshold in three of five periods. */
function formula(Expression: string, Threshold: number, Period: number, metrics: Readonly<Record<string, Metric>>) {
  const inputs = Object.entries(metrics).map(([Id, Metric]) => ({
    Id,
    MetricStat: { Metric, Period, Stat: 'Sum' },
    ReturnData: false,
  }));
  const result = { Id: 'result', Expression, Label: 'Percent', ReturnData: true };
  return { Metrics: [result, ...inputs], ...THREE_OF_FIVE, Threshold };
}
