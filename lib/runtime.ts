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
import { simulatedProcessor } from './processors/simulated.ts';
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
    processor: simulatedProcessor(config.PROCESSING_DELAY_MS),
    retryPolicy: { maxAttempts: config.MAX_ATTEMPTS, baseMs: config.RETRY_BASE_MS, maxMs: config.RETRY_MAX_MS },
    maxCrashes: config.MAX_CRASHES,
  };

  return {
    logger,
    createOrder: makeCreateOrder(shared),
    readOrder: (orderId: string) => readOrder(database, orderId),
    readHistory: (orderId: string) => readHistory(database, orderId),
    readCounters: () => readCounters(database),
    processOrders: (orderIds: readonly string[], invocation: Invocation) =>
      processOrders(processing, orderIds, invocation),
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
