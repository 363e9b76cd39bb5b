import type { Stage } from './stage.ts';
import { functionId, type Resource } from './template.ts';

/** `[namespace, name, dimension, value, …, options]`, or `[options]` of an expression (CloudWatch, "Dashboard body structure"). */
type Line = readonly unknown[];

interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The default of every line. */
  readonly stat: string;
  /** Seconds. */
  readonly period?: number;
  readonly label?: string;
}

/** The grid is 24 wide. */
const WIDTH = 8;
const HEIGHT = 6;

/**
 * One page to open when an alarm fires. It shows orders in and out, the age of waiting orders, failures, latency, the load of the
 * database, and what is billed.
 * @param alarmIds logical ids of alarms, whose state is shown at the top
 */
export function dashboard(stage: Stage, alarmIds: readonly string[]): Resource {
  const state = {
    type: 'alarm',
    ...{ x: 0, y: 0, width: 3 * WIDTH, height: HEIGHT },
    properties: { title: `Alarms of ${stage.name}`, alarms: alarmIds.map((id) => filledIn(`${id}.Arn`)) },
  };
  const charts = chartsOf(stage).map(({ title, lines, stat, period = 60, label }, index) => ({
    type: 'metric',
    ...{ x: (index % 3) * WIDTH, y: HEIGHT * (1 + Math.floor(index / 3)), width: WIDTH, height: HEIGHT },
    properties: {
      ...{ title, stat, period, view: 'timeSeries', metrics: lines },
      region: filledIn('AWS::Region'),
      yAxis: { left: { min: 0, showUnits: false, ...(label !== undefined && { label }) }, right: { min: 0 } },
    },
  }));
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: stage.name,
      DashboardBody: {
        'Fn::Sub': [
          JSON.stringify({ widgets: [state, ...charts] }),
          {
            Queue: stage.queue,
            DeadLetterQueue: stage.deadLetterQueue,
            ...(stage.cluster !== undefined && { Cluster: stage.cluster }),
          },
        ],
      },
    },
  };
}

function chartsOf(stage: Stage): Chart[] {
  const sweep = Math.max(60, stage.sweepSeconds);
  const own = (name: string, options?: object): Line => [stage.metrics, name, 'service', 'orders', options ?? {}];
  return [
    {
      title: 'Orders in and out',
      stat: 'Sum',
      period: sweep,
      lines: ['OrdersAccepted', 'OrdersCompleted', 'OrdersFailed', 'OrdersCancelled', 'OrdersRetried'].map((name) =>
        own(name),
      ),
    },
    {
      title: 'Backlog: longest wait, and orders',
      stat: 'Maximum',
      period: sweep,
      label: 'seconds',
      lines: [
        own('LongestWait'),
        own('OrdersPending', { yAxis: 'right' }),
        own('OrdersResent', { yAxis: 'right', stat: 'Sum' }),
      ],
    },
    {
      title: 'Queue: age of the oldest message, and messages',
      stat: 'Maximum',
      label: 'seconds',
      lines: [
        queue('Queue', 'ApproximateAgeOfOldestMessage'),
        queue('Queue', 'ApproximateNumberOfMessagesVisible', { yAxis: 'right', label: 'waiting' }),
        queue('Queue', 'ApproximateNumberOfMessagesNotVisible', { yAxis: 'right', label: 'at a worker' }),
        queue('DeadLetterQueue', 'ApproximateNumberOfMessagesVisible', { yAxis: 'right', label: 'dead letters' }),
      ],
    },
    { title: 'Requests and errors', stat: 'Sum', lines: ['Count', '4xx', '5xx'].map((name) => api(name)) },
    {
      title: 'Latency of the API',
      stat: 'p50',
      label: 'ms',
      lines: ['p50', 'p95', 'p99'].map((stat) => api('Latency', { stat, label: stat })),
    },
    {
      title: 'Errors of functions',
      stat: 'Sum',
      lines: stage.functions.map((key) => lambda(key, 'Errors')),
    },
    {
      title: 'Worker: duration, environments, batch size',
      stat: 'Maximum',
      label: 'ms',
      lines: [
        lambda('processOrders', 'Duration', { stat: 'p50', label: 'duration p50' }),
        lambda('processOrders', 'Duration', { stat: 'p99', label: 'duration p99' }),
        lambda('processOrders', 'ConcurrentExecutions', { yAxis: 'right', label: 'environments' }),
        lambda('processOrders', 'Invocations', { id: 'batches', stat: 'Sum', visible: false }),
        queue('Queue', 'NumberOfMessagesReceived', { id: 'messages', stat: 'Sum', visible: false }),
        [{ expression: 'messages / batches', label: 'messages per batch', yAxis: 'right' }],
      ],
    },
    ...(stage.cluster === undefined ? [] : databaseCharts()),
    {
      title: 'Billed per hour',
      stat: 'Sum',
      period: 3_600,
      lines: [
        api('Count', { label: 'API requests' }),
        ...stage.functions.map((key, index) => lambda(key, 'Duration', { id: `d${index}`, visible: false })),
        [{ expression: 'SUM(METRICS("d")) / 1000', label: 'seconds of function time' }],
        queue('Queue', 'NumberOfMessagesSent', { label: 'messages sent' }),
        queue('Queue', 'NumberOfEmptyReceives', { label: 'empty receives' }),
        ...stage.functions.map((key, index) => logBytes(key, { id: `l${index}`, visible: false })),
        [{ expression: 'SUM(METRICS("l")) / 1000000', label: 'MB of logs', yAxis: 'right' }],
      ],
    },
  ];
}

function databaseCharts(): Chart[] {
  return [
    {
      title: 'Database: capacity',
      stat: 'Average',
      label: 'capacity units',
      lines: [
        database('ServerlessDatabaseCapacity'),
        database('ACUUtilization', { yAxis: 'right', label: '% of the maximum' }),
        ofWriter('CPUUtilization', { yAxis: 'right', label: "% of the writer's CPUs" }),
      ],
    },
    {
      title: 'Database: connections and latency of commits',
      stat: 'Maximum',
      lines: [
        database('DatabaseConnections'),
        database('CommitLatency', { yAxis: 'right', stat: 'Average', label: 'ms' }),
      ],
    },
  ];
}

function api(name: string, options: object = {}): Line {
  return ['AWS/ApiGateway', name, 'ApiId', filledIn('HttpApi'), options];
}

function queue(of: 'Queue' | 'DeadLetterQueue', name: string, options: object = {}): Line {
  return ['AWS/SQS', name, 'QueueName', filledIn(of), options];
}

function lambda(key: string, name: string, options: object = {}): Line {
  return ['AWS/Lambda', name, 'FunctionName', filledIn(functionId(key)), { label: key, ...options }];
}

function logBytes(key: string, options: object): Line {
  return ['AWS/Logs', 'IncomingBytes', 'LogGroupName', `/aws/lambda/${filledIn(functionId(key))}`, options];
}

function database(name: string, options: object = {}): Line {
  return ['AWS/RDS', name, 'DBClusterIdentifier', filledIn('Cluster'), options];
}

/** Without the role, it would be the average over the writer and an idle standby. */
function ofWriter(name: string, options: object): Line {
  return ['AWS/RDS', name, 'DBClusterIdentifier', filledIn('Cluster'), 'Role', 'WRITER', options];
}

/** Fn::Sub replaces it with the resource or the value of this name. */
function filledIn(name: string): string {
  return `\${${name}}`;
}
