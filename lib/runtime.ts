import { loadConfig } from './config.ts';
import { connectPg } from './database/pg.ts';
import { createLogger } from './logger.ts';
import { makeCreateOrder } from './orders/create-order.ts';
import { type Invocation, processOrders } from './orders/process-orders.ts';
import { type RedriveRequest, redriveOrders } from './orders/redrive-orders.ts';
import { readCounters } from './orders/sql/read-counters.ts';
import { readHistory } from './orders/sql/read-history.ts';
import { readOrder } from './orders/sql/read-order.ts';
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
  const database = connectPg({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    statementTimeoutMs: config.DATABASE_TIMEOUT_MS,
    connectTimeoutMs: config.DATABASE_TIMEOUT_MS,
    logger,
  });
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
    createOrder: makeCreateOrder(shared),
    readOrder: (orderId: string) => readOrder(database, orderId),
    readHistory: (orderId: string) => readHistory(database, orderId),
    readCounters: () => readCounters(database),
    /** @throws ConfigError when the processor cannot be loaded; then no order was touched. */
    processOrders: async (orderIds: readonly string[], invocation: Invocation) => {
      processor ??= loadProcessor(config);
      return processOrders({ ...processing, processor: await processor }, orderIds, invocation);
    },
    redriveOrders: (request: RedriveRequest) => redriveOrders({ ...shared, maxRedrives: config.MAX_REDRIVES }, request),
    sweepOrders: (remainingMs: () => number) => sweepOrders(shared, remainingMs),
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
