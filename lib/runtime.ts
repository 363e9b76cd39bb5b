import { loadConfig } from './config.ts';
import { connectDatabase } from './database/connect.ts';
import { createLogger } from './logger.ts';
import { makeCreateOrder } from './orders/create-order.ts';
import { getMetrics } from './orders/get-metrics.ts';
import { type Invocation, processOrders } from './orders/process-orders.ts';
import { type RedriveRequest, redriveOrders } from './orders/redrive-orders.ts';
import { readHistory } from './orders/sql/read-history.ts';
import { readOrder } from './orders/sql/read-order.ts';
import { rollUpMinutes } from './orders/sql/roll-up-minutes.ts';
import { sweepOrders } from './orders/sweep-orders.ts';
import { loadProcessor } from './processors/load-processor.ts';
import type { Processor } from './processors/processor.ts';
import { SqsOrderQueue } from './queue/sqs.ts';

/** What the handlers call. The one place that knows which adapters are in use. */
export type Runtime = ReturnType<typeof createRuntime>;

/** @throws ConfigError naming each variable that is missing or out of bounds. */
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
  let processor: Promise<Processor> | undefined;

  return {
    logger,
    auth: config.AUTH,
    createOrder: makeCreateOrder(shared),
    readOrder: (orderId: string) => readOrder(database, orderId),
    readHistory: (orderId: string) => readHistory(database, orderId),
    getMetrics: (windowMinutes: number) => getMetrics(database, windowMinutes),
    /** @throws ConfigError when the processor cannot be loaded; then no order was touched. */
    processOrders: async (orderIds: readonly string[], invocation: Invocation) => {
      processor ??= loadProcessor(config);
      return processOrders({ ...processing, processor: await processor }, orderIds, invocation);
    },
    redriveOrders: (request: RedriveRequest) => redriveOrders({ ...shared, maxRedrives: config.MAX_REDRIVES }, request),
    sweepOrders: (remainingMs: () => number) => sweepOrders(shared, remainingMs),
    rollUpMinutes: () => rollUpMinutes(database),
    close: async () => {
      queue.close();
      await database.close();
    },
  };
}

let current: Runtime | undefined;

/** The runtime of this container, built at its first use. */
export function runtime(): Runtime {
  current ??= createRuntime(process.env);
  return current;
}
