import type { Month } from './assumptions.ts';
import { type Counts, countsOf } from './counts.ts';
import type { Meter } from './prices.ts';
import { HOURS_A_MONTH, type Stage } from './stage.ts';

/**
 * The cause of a cost: creating an order, reading one, or the month itself. The processor's own cost is the user's; the
 * database costs mostly by the hour.
 */
export type Cause = 'orders' | 'reads' | 'month' | 'processor' | 'database';

export interface Usage {
  readonly cause: Cause;
  readonly what: string;
  readonly meter: Meter;
  readonly amount: number;
}

const BYTES_A_GB = 2 ** 30;
const MS_A_SECOND = 1_000;
const MB_A_GB = 1_024;

/** MB at which a function has one whole CPU (AWS Lambda Developer Guide, "Configure Lambda function memory"). */
const MB_OF_A_PROCESSOR = 1_769;

/** Statements of the RDS Data API that the use cases run. */
const STATEMENTS = { create: 1, read: 1, batch: 2, sweep: 4, keyLookUp: 1 };

/** The share of its size that a log takes when it is stored: AWS's own estimate, in the examples of its price page. */
const LOG_COMPRESSION = 0.15;

/** Lambda traces the first request of a second and 5 % of the others ("Sampling rules" of AWS X-Ray). */
const TRACED_SHARE = 0.05;

/** The minimum of ACUs that RDS Proxy is billed for in front of Aurora Serverless v2 (its price page). */
const PROXY_MIN_ACU = 8;

/** The minimum of a cluster while it is in use, even if it can pause. */
const AWAKE_ACU = 0.5;

/** The usage of a month of orders, line by line. */
export function usageOf(stage: Stage, month: Month): Usage[] {
  const counts = countsOf(stage, month);
  return [
    ...requests('orders', month.orders, counts.authorizedOrders, stage, month),
    ...functionRuns('orders', 'createOrder', month.orders, createMs, stage, month, month.createLogBytes),
    { cause: 'orders', what: 'sends', meter: 'sqsRequests', amount: month.orders },
    { cause: 'orders', what: 'receives', meter: 'sqsRequests', amount: counts.batches * counts.requestsPerBatch },
    { cause: 'orders', what: 'deletes', meter: 'sqsRequests', amount: counts.batches * counts.requestsPerBatch },
    ...functionRuns(
      'orders',
      'processOrders',
      counts.batches,
      (mb) => batchMs(mb, month, counts.ordersPerBatch),
      stage,
      month,
      counts.ordersPerBatch * month.orderLogBytes,
    ),
    {
      cause: 'processor',
      what: 'its time',
      meter: 'lambdaGbSeconds',
      amount: gbSeconds(counts.batches * month.processorMs, stage.memory('processOrders')),
    },
    ...requests('reads', counts.reads, counts.authorizedReads, stage, month),
    ...functionRuns('reads', 'getOrder', counts.reads, readMs, stage, month, 0),
    ...functionRuns('month', 'sweepOrders', stage.scheduledRuns, sweepMs, stage, month, month.sweepLogBytes),
    ...monthly(stage, counts),
    ...database(stage, month, counts),
  ];
}

/** With a share of a CPU, it runs proportionally longer. */
const cpu = (ms: number, mb: number) => ms * Math.max(1, MB_OF_A_PROCESSOR / mb);

type Duration = (mb: number, month: Month) => number;
const createMs: Duration = (mb, month) => month.databaseMs + month.sendMs + cpu(month.createCpuMs, mb);
const readMs: Duration = (mb, month) => month.databaseMs + cpu(month.readCpuMs, mb);
const sweepMs: Duration = (mb, month) => STATEMENTS.sweep * month.databaseMs + cpu(month.sweepCpuMs, mb);
/** Nearly always from the cache. */
const authorizeMs: Duration = (mb, month) => cpu(month.authorizeCpuMs, mb);
const batchMs = (mb: number, month: Month, orders: number) =>
  STATEMENTS.batch * month.databaseMs + cpu(month.batchCpuMs + orders * month.orderCpuMs, mb);

const gbSeconds = (ms: number, mb: number) => ((ms / MS_A_SECOND) * mb) / MB_A_GB;

/** The part of requests that is the same for all routes. */
function requests(cause: Cause, amount: number, authorized: number, stage: Stage, month: Month): Usage[] {
  return [
    { cause, what: 'HTTP API', meter: 'httpApiRequests', amount },
    { cause, what: 'answers', meter: 'internetGb', amount: (amount * month.responseBytes) / BYTES_A_GB },
    ...logged(cause, 'access log', amount * month.accessLogBytes, stage),
    ...(authorized > 0 ? functionRuns(cause, 'authorize', authorized, authorizeMs, stage, month, 0) : []),
  ];
}

/** Runs of a function: each is billed by the whole millisecond. */
function functionRuns(
  cause: Cause,
  key: string,
  runs: number,
  duration: Duration,
  stage: Stage,
  month: Month,
  logBytes: number,
): Usage[] {
  const mb = stage.memory(key);
  const ms = Math.ceil(duration(mb, month)) + month.coldStarts * month.coldStartMs;
  const traced = stage.tracing ? Math.min(runs, month.busyHours * 3_600 + runs * TRACED_SHARE) : 0;
  return [
    { cause, what: key, meter: 'lambdaRequests', amount: runs },
    { cause, what: key, meter: 'lambdaGbSeconds', amount: gbSeconds(runs * ms, mb) },
    ...logged(cause, `log of ${key}`, runs * (logBytes + (stage.logsRuns(key) ? month.lambdaLogBytes : 0)), stage),
    { cause, what: key, meter: 'xrayTraces', amount: traced },
  ];
}

function logged(cause: Cause, what: string, bytes: number, { logRetention }: Stage): Usage[] {
  const gb = bytes / BYTES_A_GB;
  const months = logRetention / (HOURS_A_MONTH / 24);
  return [
    { cause, what, meter: 'logsIngestedGb', amount: gb },
    { cause, what, meter: 'logsStoredGbMonths', amount: gb * LOG_COMPRESSION * months },
  ];
}

/** The cost of the stage without any orders. */
function monthly(stage: Stage, { emptyPolls }: Counts): Usage[] {
  const lines: [what: string, meter: Meter, amount: number][] = [
    ['schedule', 'eventBridgeInvocations', stage.scheduledRuns],
    ['polls of an empty queue', 'sqsRequests', emptyPolls],
    ['metrics', 'customMetrics', stage.customMetrics],
    ['alarms', 'alarmMetrics', stage.alarms],
    ['dashboard', 'dashboards', stage.dashboards],
    ['key of the alarms', 'kmsKeys', stage.keys],
    ['secrets', 'secrets', stage.secrets],
    ['provisioned pollers', 'pollerHours', stage.pollers * HOURS_A_MONTH],
    ['endpoints in the network', 'vpcEndpointHours', stage.endpointZones * HOURS_A_MONTH],
  ];
  return lines.map(([what, meter, amount]) => ({ cause: 'month', what, meter, amount }));
}

function database(stage: Stage, month: Month, counts: Counts): Usage[] {
  if (!stage.database) return [];
  const { instances, minCapacity, isOptimized } = stage.database;
  const statements =
    month.orders * STATEMENTS.create +
    counts.reads * STATEMENTS.read +
    counts.batches * STATEMENTS.batch +
    counts.keyLookUps * STATEMENTS.keyLookUp +
    stage.scheduledRuns * STATEMENTS.sweep;
  const storedGb = (month.orders * month.monthsKept * month.bytesPerOrder) / BYTES_A_GB;
  const capacity = Math.max(month.acu, minCapacity, AWAKE_ACU);
  const lines: [what: string, meter: Meter, amount: number][] = [
    ['Data API', 'dataApiRequests', stage.usesDataApi ? statements : 0],
    ['Data API', 'secretReads', stage.usesDataApi ? statements * month.secretReads : 0],
    // A standby of promotion tier 0 or 1, as RDS makes it, scales with the writer.
    ['capacity', isOptimized ? 'auroraOptimizedAcuHours' : 'auroraAcuHours', capacity * HOURS_A_MONTH * instances],
    ['storage', isOptimized ? 'auroraOptimizedStorageGbMonths' : 'auroraStorageGbMonths', storedGb],
    ['storage', 'auroraIoRequests', isOptimized ? 0 : month.orders * month.ioPerOrder],
    ['RDS Proxy', 'rdsProxyAcuHours', stage.proxies * Math.max(PROXY_MIN_ACU, capacity) * HOURS_A_MONTH],
  ];
  return lines.map(([what, meter, amount]) => ({ cause: 'database', what, meter, amount }));
}
