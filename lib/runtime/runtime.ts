import { loadConfig } from '../config.ts';
import { connectDatabase } from '../database/connect.ts';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../observability/logger.ts';
import { emfMetrics } from '../observability/metrics.ts';
import { makeAdmission } from '../orders/admission.ts';
import { type Caller, makeCreateOrder } from '../orders/create-order.ts';
import { getMetrics } from '../orders/get-metrics.ts';
import { makeHealthCheck } from '../orders/health.ts';
import type { NewOrder } from '../orders/order.ts';
import { type Invocation, processOrders } from '../orders/process-orders.ts';
import { setProcessing } from '../orders/processing.ts';
import { redriveOrder } from '../orders/redrive-order.ts';
import { type RedriveRequest, redriveOrders } from '../orders/redrive-orders.ts';
import { reportMetrics } from '../orders/report-metrics.ts';
import { cancelOrder } from '../orders/sql/cancel-order.ts';
import { countFailures } from '../orders/sql/count-failures.ts';
import { listOrders, type OrderFilter, type Position } from '../orders/sql/list-orders.ts';
import { readProcessing } from '../orders/sql/processing-control.ts';
import { readHistory } from '../orders/sql/read-history.ts';
import { readOrder } from '../orders/sql/read-order.ts';
import { sweepOrders } from '../orders/sweep-orders.ts';
import { loadProcessor } from '../processors/load-processor.ts';
import type { Processor } from '../processors/processor.ts';
import { DeadLetters } from '../queue/dead-letters.ts';
import { SqsOrderQueue } from '../queue/sqs.ts';

/** The functions that the handlers call. The one place that knows which adapters are in use. */
export type Runtime = ReturnType<typeof createRuntime>;

const FOREIGN = 'This bundle was built for another function';

/**
 * If a bundler replaces BUNDLED_FUNCTION with the name of its function, it leaves out heavy code that only other
 * functions use: processors, publishing metrics, listing dead letters.
 * @throws ConfigError that lists each variable that is missing or out of range
 */
export function createRuntime(env: NodeJS.ProcessEnv) {
  const config = loadConfig(env);
  const logger = createLogger(config.LOG_LEVEL);
  const database = connectDatabase(config, logger);
  const queue = new SqsOrderQueue({ queueUrl: config.QUEUE_URL, sendTimeoutMs: config.QUEUE_SEND_TIMEOUT_MS, logger });
  const shared = { database, queue, logger, resendAfterSeconds: config.RESEND_AFTER_SECONDS };
  const processing = {
    ...shared,
    retryPolicy: { maxAttempts: config.MAX_ATTEMPTS, baseMs: config.RETRY_BASE_MS, maxMs: config.RETRY_MAX_MS },
    maxCrashes: config.MAX_CRASHES,
  };
  const redriving = { ...shared, maxRedrives: config.MAX_REDRIVES };
  const createOrder = makeCreateOrder(shared);
  const admits = makeAdmission({ ...shared, maxPendingAgeSeconds: config.MAX_PENDING_AGE_SECONDS });
  const metrics =
    config.METRICS_NAMESPACE === undefined ||
    (process.env.BUNDLED_FUNCTION && process.env.BUNDLED_FUNCTION !== 'sweepOrders')
      ? undefined
      : emfMetrics(config.METRICS_NAMESPACE);
  let processor: Promise<Processor> | undefined;
  let deadLetters: DeadLetters | undefined;

  return {
    logger,
    auth: config.AUTH,
    /** `turned-away`: the backlog is too old to accept more orders; the order was not stored. */
    createOrder: async (order: NewOrder, caller: Caller) => (admits() ? createOrder(order, caller) : 'turned-away'),
    readOrder: (orderId: string, owner: string | null) => readOrder(database, orderId, owner),
    readHistory: (orderId: string, owner: string | null) => readHistory(database, orderId, owner),
    listOrders: (filter: OrderFilter, after: Position | null, limit: number) =>
      listOrders(database, filter, after, limit),
    countFailures: (owner: string | null) => countFailures(database, owner),
    getMetrics: (windowMinutes: number) => getMetrics(database, windowMinutes),
    /** @throws ConfigError if the processor cannot be loaded; then no order was changed */
    processOrders: async (orderIds: readonly string[], invocation: Invocation) => {
      if (!process.env.BUNDLED_FUNCTION || process.env.BUNDLED_FUNCTION === 'processOrders') {
        // Once per container, unless it failed: what it needs may be available the next time.
        processor ??= loadProcessor(config).catch((error: unknown) => {
          processor = undefined;
          throw error;
        });
        return processOrders({ ...processing, processor: await processor }, orderIds, invocation);
      }
      throw new Error(FOREIGN);
    },
    cancelOrder: (orderId: string, owner: string | null, change: Change) =>
      cancelOrder(database, orderId, owner, change),
    redriveOrder: (orderId: string, owner: string | null, change: Change) =>
      redriveOrder(redriving, orderId, owner, change),
    redriveOrders: (request: RedriveRequest) => redriveOrders(redriving, request),
    readProcessing: () => readProcessing(database),
    setProcessing: (paused: boolean, change: { readonly actor: string; readonly reason: string | null }) =>
      setProcessing(shared, paused, change),
    checkHealth: makeHealthCheck(shared),
    /** @throws ConfigError if the queue is not configured */
    listDeadLetters: () => {
      if (!process.env.BUNDLED_FUNCTION || process.env.BUNDLED_FUNCTION === 'listDeadLetters') {
        if (!config.DEAD_LETTER_QUEUE_URL) throw new ConfigError('Set DEAD_LETTER_QUEUE_URL to list dead letters');
        deadLetters ??= new DeadLetters(config.DEAD_LETTER_QUEUE_URL);
        return deadLetters.look();
      }
      throw new Error(FOREIGN);
    },
    sweepOrders: (remainingMs: () => number) => sweepOrders(shared, remainingMs),
    reportMetrics: (resent: number) => reportMetrics({ database, metrics }, resent),
    close: async () => {
      queue.close();
      deadLetters?.close();
      await database.close();
    },
  };
}

/** The actor and the reason of a change to an order. */
interface Change {
  readonly actor: string;
  readonly reason: string;
}

let current: Runtime | undefined;

/** The runtime of this container, created on first use. */
export function runtime(): Runtime {
  current ??= createRuntime(process.env);
  return current;
}
