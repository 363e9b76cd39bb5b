import type { Database } from '../../lib/database/database.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { connect } from '../../lib/runtime/connections.ts';
import { pendingIds } from '../drain/orders.ts';
import { finish, readTask } from '../program.ts';
import { noOpSteps } from './no-op-steps.ts';

export interface CostTask {
  /** The first orders of insertPending. */
  readonly orders: number;
  /** Orders per batch. */
  readonly batchSize: number;
  /** Steps per order. */
  readonly steps: number;
}

/** Per order. */
export interface Cost {
  readonly statements: number;
  readonly ms: number;
}

const { orders, batchSize, steps } = readTask<CostTask>();
const { config, database, queue, logger, resendAfterSeconds, close } = connect(process.env);
let statements = 0;
const counted: Database = {
  ...database,
  query: (...statement) => {
    statements += 1;
    return database.query(...statement);
  },
};
const parts = {
  database: counted,
  queue,
  logger,
  resendAfterSeconds,
  processor: noOpSteps(steps),
  retryPolicy: { maxAttempts: 1, baseMs: 0, maxMs: 0 },
  maxCrashes: 1,
  concurrency: config.PROCESSOR_CONCURRENCY,
};

/** Longer than any batch takes. */
const invocation = { remainingMs: () => 60_000, actor: 'bench' };

/** The first batch loads code and connects; it is not counted. */
const tasks = pendingIds(1, orders + batchSize).map((key) => ({ key }));
await processOrders(parts, tasks.splice(0, batchSize), invocation);
statements = 0;
const started = performance.now();
while (tasks.length > 0) await processOrders(parts, tasks.splice(0, batchSize), invocation);
const ms = performance.now() - started;
await close();
finish({ statements: statements / orders, ms: ms / orders } satisfies Cost);
