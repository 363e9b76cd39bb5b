import type { Resource } from '../../deploy/serverless.ts';
import type { Stage } from './stage.ts';
import { functionId } from './template.ts';

/** `[namespace, name, dimension, value, …, options]`, or `[options]` of an expression (CloudWatch, "Dashboard body structure"). */
type Line = readonly unknown[];

interface Options {
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
  const charts = chartsOf(stage).map((properties, index) => ({
    type: 'metric',
    ...{ x: (index % 3) * WIDTH, y: HEIGHT * (1 + Math.floor(index / 3)), width: WIDTH, height: HEIGHT },
    properties,
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

function chartsOf({ metricsNamespace, sweepRate, functions, cluster }: Stage) {
  const own = linesOf(metricsNamespace, 'service', 'orders');
  const sweep = Math.max(60, sweepRate);
  return [
    chart('Orders in and out', { stat: 'Sum', period: sweep }, [
      own('OrdersAccepted'),
      own('OrdersCompleted'),
      own('OrdersFailed'),
      own('OrdersCancelled'),
      own('OrdersRetried'),
    ]),
    chart('Backlog: longest wait, and orders', { stat: 'Maximum', period: sweep, label: 'seconds' }, [
      own('LongestWait'),
      own('OrdersPending', { yAxis: 'right' }),
      own('OrdersResent', { yAxis: 'right', stat: 'Sum' }),
    ]),
    chart('Queue: age of the oldest message, and messages', { stat: 'Maximum', label: 'seconds' }, [
      queue('ApproximateAgeOfOldestMessage'),
      queue('ApproximateNumberOfMessagesVisible', { yAxis: 'right', label: 'waiting' }),
      queue('ApproximateNumberOfMessagesNotVisible', { yAxis: 'right', label: 'at a worker' }),
      deadLetterQueue('ApproximateNumberOfMessagesVisible', { yAxis: 'right', label: 'dead letters' }),
    ]),
    chart('Requests and errors', { stat: 'Sum' }, [api('Count'), api('4xx'), api('5xx')]),
    chart(
      'Latency of the API',
      { stat: 'p50', label: 'ms' },
      ['p50', 'p95', 'p99'].map((stat) => api('Latency', { stat, label: stat })),
    ),
    chart(
      'Errors of functions',
      { stat: 'Sum' },
      functions.map((key) => lambda(key, 'Errors')),
    ),
    chart('Worker: duration, environments, batch size', { stat: 'Maximum', label: 'ms' }, [
      lambda('processOrders', 'Duration', { stat: 'p50', label: 'duration p50' }),
      lambda('processOrders', 'Duration', { stat: 'p99', label: 'duration p99' }),
      lambda('processOrders', 'ConcurrentExecutions', { yAxis: 'right', label: 'environments' }),
      lambda('processOrders', 'Invocations', { id: 'batches', stat: 'Sum', visible: false }),
      queue('NumberOfMessagesReceived', { id: 'messages', stat: 'Sum', visible: false }),
      [{ expression: 'messages / batches', label: 'messages per batch', yAxis: 'right' }],
    ]),
    ...(cluster === undefined ? [] : databaseCharts()),
    chart('Billed per hour', { stat: 'Sum', period: 3_600 }, [
      api('Count', { label: 'API requests' }),
      ...functions.map((key, index) => lambda(key, 'Duration', { id: `d${index}`, visible: false })),
      [{ expression: 'SUM(METRICS("d")) / 1000', label: 'seconds of function time' }],
      queue('NumberOfMessagesSent', { label: 'messages sent' }),
      queue('NumberOfEmptyReceives', { label: 'empty receives' }),
      ...functions.map((key, index) => logOf(key)('IncomingBytes', { id: `l${index}`, visible: false })),
      [{ expression: 'SUM(METRICS("l")) / 1000000', label: 'MB of logs', yAxis: 'right' }],
    ]),
  ];
}

function databaseCharts() {
  const database = linesOf('AWS/RDS', 'DBClusterIdentifier', filledIn('Cluster'));
  // Without the role, it would be the average over the writer and an idle standby.
  const writer = linesOf('AWS/RDS', 'DBClusterIdentifier', filledIn('Cluster'), 'Role', 'WRITER');
  return [
    chart('Database: capacity', { stat: 'Average', label: 'capacity units' }, [
      database('ServerlessDatabaseCapacity'),
      database('ACUUtilization', { yAxis: 'right', label: '% of the maximum' }),
      writer('CPUUtilization', { yAxis: 'right', label: "% of the writer's CPUs" }),
    ]),
    chart('Database: connections and latency of commits', { stat: 'Maximum' }, [
      database('DatabaseConnections'),
      database('CommitLatency', { yAxis: 'right', stat: 'Average', label: 'ms' }),
    ]),
  ];
}

function chart(title: string, { stat, period = 60, label }: Options, metrics: readonly Line[]) {
  return {
    ...{ title, stat, period, view: 'timeSeries', metrics },
    region: filledIn('AWS::Region'),
    yAxis: { left: { min: 0, showUnits: false, ...(label !== undefined && { label }) }, right: { min: 0 } },
  };
}

/** The lines of one thing, by the names of its metrics. */
const linesOf =
  (namespace: string, ...dimensions: readonly string[]) =>
  (name: string, options: object = {}): Line => [namespace, name, ...dimensions, options];

/** Fn::Sub replaces it with the resource or the value of this name. */
const filledIn = (name: string): string => `\${${name}}`;

const api = linesOf('AWS/ApiGateway', 'ApiId', filledIn('HttpApi'));
const queue = linesOf('AWS/SQS', 'QueueName', filledIn('Queue'));
const deadLetterQueue = linesOf('AWS/SQS', 'QueueName', filledIn('DeadLetterQueue'));
const logOf = (key: string) => linesOf('AWS/Logs', 'LogGroupName', `/aws/lambda/${filledIn(functionId(key))}`);
const lambda = (key: string, name: string, options: object = {}) =>
  linesOf('AWS/Lambda', 'FunctionName', filledIn(functionId(key)))(name, { label: key, ...options });
