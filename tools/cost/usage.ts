import { KEY_CACHE_SECONDS } from '../../lib/auth/verify-api-key.ts';
import type { Month } from './assumptions.ts';
import type { Meter } from './prices.ts';
import { HOURS_PER_MONTH, type Stage } from './stage.ts';

/** What causes a cost: an order, a read, the processor's own time, the month itself, or the database. */
export type Cause = 'orders' | 'reads' | 'processor' | 'month' | 'database';

const line = (cause: Cause) => (what: string, meter: Meter, amount: number) => ({ cause, what, meter, amount });
type Line = ReturnType<typeof line>;
type Usage = ReturnType<Line>;

const order = line('orders');
const read = line('reads');
const idle = line('month');
const database = line('database');

const BYTES_PER_GB = 2 ** 30;

/** MB at which a function has one whole CPU (AWS Lambda Developer Guide, "Configure Lambda function memory"). */
const MB_PER_CPU = 1_769;

/** Messages in one ReceiveMessage or DeleteMessageBatch (Amazon SQS API reference). */
const MESSAGES_PER_REQUEST = 10;

/** Statements of the use cases. */
const STATEMENTS = { create: 1, read: 1, batch: 2, sweep: 4, keyLookUp: 1 };

/** The share of its size that a log takes when it is stored: AWS's own estimate, in the examples of its price page. */
const LOG_COMPRESSION = 0.15;

/** The fewest ACUs that RDS Proxy is billed for in front of Aurora Serverless v2 (its price page). */
const MIN_PROXY_ACU = 8;

/** The fewest ACUs of a cluster while it is in use, even if it can pause. */
const MIN_AWAKE_ACU = 0.5;

/** What a month of orders uses on a stage, line by line. */
export function usageOf(stage: Stage, month: Month): Usage[] {
  const seconds = month.busyHours * 3_600;
  // Each poller gathers its own batch, whose window starts with its first message.
  const gathered = 1 + (month.orders / seconds / month.pollers) * stage.batchingWindow;
  const ordersPerBatch = Math.min(stage.batchSize, gathered);
  const batches = month.orders / ordersPerBatch;
  const batchCpuMs = month.batchCpuMs + ordersPerBatch * month.orderCpuMs;
  const batchLogBytes = ordersPerBatch * month.orderLogBytes;
  const perBatch = batches * Math.ceil(ordersPerBatch / MESSAGES_PER_REQUEST);
  const reads = month.orders * month.readsPerOrder;
  const polls = (month.pollers * HOURS_PER_MONTH * 3_600) / month.pollSeconds;
  const { databaseMs, sendMs } = month;

  const log = (of: Line, what: string, bytes: number): Usage[] => {
    const months = stage.logRetentionDays / (HOURS_PER_MONTH / 24);
    const gb = bytes / BYTES_PER_GB;
    return [of(what, 'logsIngestedGb', gb), of(what, 'logsStoredGbMonths', gb * LOG_COMPRESSION * months)];
  };
  const gbSeconds = (ms: number, key: string) => (ms / 1_000) * (stage.memory(key) / 1_024);
  /** Each run is billed by the whole millisecond. With a share of a CPU, it takes proportionally longer. */
  const runs = (of: Line, key: string, count: number, waitMs: number, cpuMs: number, logBytes: number): Usage[] => {
    const ms = Math.ceil(waitMs + cpuMs * Math.max(1, MB_PER_CPU / stage.memory(key)));
    return [
      of(key, 'lambdaRequests', count),
      of(key, 'lambdaGbSeconds', gbSeconds(count * (ms + month.coldStarts * month.coldStartMs), key)),
      ...log(of, `log of ${key}`, count * (logBytes + (stage.logsRuns(key) ? month.lambdaLogBytes : 0))),
    ];
  };
  const requests = (of: Line, count: number): Usage[] => [
    of('HTTP API', 'httpApiRequests', count),
    of('responses', 'internetGb', (count * month.responseBytes) / BYTES_PER_GB),
    ...log(of, 'access log', count * month.accessLogBytes),
    // Nearly always from its cache, without a statement.
    ...(stage.hasAuthorizer ? runs(of, 'authorize', count, 0, month.authorizeCpuMs, 0) : []),
  ];

  const requested = stage.hasAuthorizer ? month.orders + reads : 0;
  const keyLookUps = Math.min(requested, (month.keys * month.authorizers * seconds) / KEY_CACHE_SECONDS);
  const statements =
    month.orders * STATEMENTS.create +
    reads * STATEMENTS.read +
    batches * STATEMENTS.batch +
    keyLookUps * STATEMENTS.keyLookUp +
    stage.sweeps * STATEMENTS.sweep;

  return [
    ...requests(order, month.orders),
    ...runs(order, 'createOrder', month.orders, databaseMs + sendMs, month.createCpuMs, month.createLogBytes),
    order('sends', 'sqsRequests', month.orders),
    order('receives and deletes', 'sqsRequests', 2 * perBatch),
    ...runs(order, 'processOrders', batches, STATEMENTS.batch * databaseMs, batchCpuMs, batchLogBytes),
    line('processor')('its time', 'lambdaGbSeconds', gbSeconds(batches * month.processorMs, 'processOrders')),
    ...requests(read, reads),
    ...runs(read, 'getOrder', reads, databaseMs, month.readCpuMs, 0),
    ...runs(idle, 'sweepOrders', stage.sweeps, STATEMENTS.sweep * databaseMs, month.sweepCpuMs, month.sweepLogBytes),
    idle('schedule', 'eventBridgeInvocations', stage.sweeps),
    idle('polls of an empty queue', 'sqsRequests', polls),
    idle('metrics', 'customMetrics', stage.customMetrics),
    idle('alarms', 'alarmMetrics', stage.alarms),
    idle('dashboard', 'dashboards', stage.dashboards),
    idle('key of the alarms', 'kmsKeys', stage.keys),
    idle('secrets', 'secrets', stage.secrets),
    idle('provisioned pollers', 'pollerHours', stage.provisionedPollers * HOURS_PER_MONTH),
    idle('endpoints in the network', 'vpcEndpointHours', stage.endpointZones * HOURS_PER_MONTH),
    ...databaseUsage(stage, month, statements),
  ];
}

function databaseUsage(stage: Stage, month: Month, statements: number): Usage[] {
  if (!stage.database) return [];
  const { instances, minAcu, isOptimized } = stage.database;
  const acu = Math.max(month.acu, minAcu, MIN_AWAKE_ACU);
  const storedGb = (month.orders * month.monthsKept * month.bytesPerOrder) / BYTES_PER_GB;
  return [
    // A standby of promotion tier 0 or 1, as RDS makes it, scales with the writer.
    database('capacity', isOptimized ? 'auroraOptimizedAcuHours' : 'auroraAcuHours', acu * HOURS_PER_MONTH * instances),
    database('storage', isOptimized ? 'auroraOptimizedStorageGbMonths' : 'auroraStorageGbMonths', storedGb),
    database('I/O', 'auroraIoRequests', isOptimized ? 0 : month.orders * month.ioPerOrder),
    database('statements', 'dataApiRequests', stage.usesDataApi ? statements : 0),
    database('statements', 'secretReads', stage.usesDataApi ? statements * month.secretReads : 0),
    database('RDS Proxy', 'rdsProxyAcuHours', stage.proxies * Math.max(MIN_PROXY_ACU, acu) * HOURS_PER_MONTH),
  ];
}
