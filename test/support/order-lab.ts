import { randomUUID } from 'node:crypto';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { type Caller, type CreateOutcome, makeCreateOrder } from '../../lib/orders/create-order.ts';
import type { Invocation } from '../../lib/orders/invocation.ts';
import type { NewOrder } from '../../lib/orders/order.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { type Claim, type ClaimOptions, type ClaimResult, claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { finishOrders, type Verdict } from '../../lib/orders/sql/finish-orders.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import type { Task } from '../../lib/queue/message.ts';
import { createTestDatabase } from './database.ts';
import { forThisTest } from './for-this-test.ts';
import { connectPsql, type Psql } from './psql.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';
import { RecordingQueue } from './recording-queue.ts';

/** Seconds; no test waits for it. */
export const RESEND_AFTER = 60;

/** One row of the orders table, with times as seconds from now. */
export interface OrderRow {
  readonly status: string;
  readonly token: number;
  readonly attempts: number;
  readonly crashes: number;
  readonly sends: number;
  readonly due: number | null;
  readonly lease: number | null;
  readonly notBefore: number | null;
  readonly finished: boolean;
  readonly processingTime: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}

/** The use cases with their own database, a queue that records messages, and a psql session. */
export interface OrderLab {
  readonly url: string;
  readonly database: Database;
  /** The text of each statement that the use cases have run. */
  readonly statements: string[];
  readonly psql: Psql;
  readonly queue: RecordingQueue;
  readonly logger: RecordingLogger;
  create(order: NewOrder, caller?: Partial<Caller>): Promise<CreateOutcome>;
  /** Pending orders by SQL, without a message. */
  insert(...orderIds: string[]): Promise<void>;
  claim(orderIds: readonly string[], options?: Partial<ClaimOptions>): Promise<ClaimResult>;
  finish(...verdicts: Verdict[]): Promise<Set<string>>;
  process(
    /** An id stands for the message of its order, without attributes. */
    orders: readonly (string | Task)[],
    deps?: Partial<ProcessDeps>,
    invocation?: Partial<Invocation>,
  ): Promise<string[]>;
  sweep(remainingMs?: () => number): Promise<number>;
  row(orderId: string): Promise<OrderRow>;
  /** Lets the leases of orders expire, as if their workers had died. */
  killLease(...orderIds: string[]): Promise<void>;
  /** Another psql session, closed when the test is over. */
  openPsql(): Promise<Psql>;
  close(): Promise<void>;
}

export interface OrderLabOptions {
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  /** The database of another lab, as a second container has it; by default a new one. */
  readonly url?: string;
}

export async function openOrderLab({
  poolSize = 5,
  statementTimeoutMs = 10_000,
  url: givenUrl,
}: OrderLabOptions = {}): Promise<OrderLab> {
  const ownDatabase = givenUrl === undefined ? await createTestDatabase() : undefined;
  const { url = '', appUrl = url } = ownDatabase ?? { url: givenUrl };
  const logger = recordingLogger();
  const queue = new RecordingQueue();
  const statements: string[] = [];
  const database = noteStatements(
    connectPg({ url: appUrl, poolSize, statementTimeoutMs, connectTimeoutMs: statementTimeoutMs, logger }),
    statements,
  );
  const psql = await connectPsql(url);
  const shared = { database, queue, logger, resendAfterSeconds: RESEND_AFTER };
  const createOrder = makeCreateOrder(shared);
  const processing: ProcessDeps = {
    ...shared,
    processor: async () => {},
    retryPolicy: { maxAttempts: 3, baseMs: 1_000, maxMs: 60_000 },
    maxCrashes: 3,
    concurrency: 25,
  };

  return {
    url,
    database,
    statements,
    psql,
    queue,
    logger,
    create: (order, caller = {}) => createOrder(order, { owner: '', idempotencyKey: null, ...caller }),
    async insert(...orderIds) {
      await psql.rows(
        `INSERT INTO orders (order_id, user_id, item_ids, total_amount) SELECT unnest($1::text[]), 1, '{1}', 9.5`,
        [orderIds],
      );
    },
    claim: (orderIds, options = {}) =>
      claimOrders(database, orderIds, {
        leaseSeconds: 30,
        suspects: false,
        maxCrashes: 3,
        actor: 'worker',
        ...options,
      }),
    async finish(...verdicts) {
      const options = { resendAfterSeconds: RESEND_AFTER, actor: 'worker' };
      return new Set((await finishOrders(database, verdicts, options)).keys());
    },
    async process(orders, deps = {}, invocation = {}) {
      const remainingMs = countdown(30_000);
      const settled = await processOrders({ ...processing, ...deps }, tasksOf(orders), {
        remainingMs,
        actor: 'worker',
        ...invocation,
      });
      return [...settled].sort();
    },
    sweep: (remainingMs = () => 60_000) => sweepOrders(shared, remainingMs),
    async row(orderId) {
      const [row] = await psql.rows<OrderRow>(READ_ROW, [orderId]);
      if (!row) throw new Error(`no order ${orderId}`);
      return row;
    },
    async killLease(...orderIds) {
      await psql.rows(
        `UPDATE orders SET lease_until = now() - interval '1 second' WHERE order_id = ANY($1) AND status = 'Processing'`,
        [orderIds],
      );
    },
    async openPsql() {
      const session = await connectPsql(url);
      await forThisTest(Promise.resolve({ close: session.end }));
      return session;
    },
    async close() {
      await psql.end();
      await database.close();
      await ownDatabase?.drop();
    },
  };
}

function noteStatements(database: Database, statements: string[]): Database {
  return {
    ...database,
    query(...statement) {
      statements.push(statement[0]);
      return database.query(...statement);
    },
  };
}

const READ_ROW = `
  SELECT status, token::integer, attempts, crashes, sends, reason_code AS "reasonCode", reason,
    extract(epoch FROM due_at - now())::double precision AS due,
    extract(epoch FROM lease_until - now())::double precision AS lease,
    extract(epoch FROM not_before - now())::double precision AS "notBefore",
    finished_at IS NOT NULL AS finished,
    processing_time::text AS "processingTime"
  FROM orders WHERE order_id = $1`;

/** An id stands for the message of its order, without attributes. */
export function tasksOf(orders: readonly (string | Task)[]): Task[] {
  return orders.map((order) => (typeof order === 'string' ? { key: order } : order));
}

/** The remaining milliseconds of an invocation that has this many. */
export function countdown(fromMs: number): () => number {
  const end = performance.now() + fromMs;
  return () => end - performance.now();
}

/** A valid order; a test passes only the values that it is about. */
export function anOrder(values: Partial<NewOrder> = {}): NewOrder {
  return { orderId: `order-${randomUUID()}`, userId: 7, itemIds: [1, 2], totalAmount: '9.5', ...values };
}

/** The verdict on a claim: Completed by default. */
export function verdictOn(claim: Claim | undefined, values: Partial<Verdict> = {}): Verdict {
  if (!claim) throw new Error('nothing was claimed');
  const { orderId, owner, token, failures } = claim;
  return {
    orderId,
    owner,
    token,
    status: 'Completed',
    processingTime: 1.5,
    failures,
    delaySeconds: 0,
    reasonCode: null,
    reason: null,
    ...values,
  };
}
