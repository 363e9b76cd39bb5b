import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { type Caller, type CreateOutcome, makeCreateOrder } from '../../lib/orders/create-order.ts';
import type { NewOrder } from '../../lib/orders/order.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { type RedriveRequest, redriveOrders } from '../../lib/orders/redrive-orders.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { type ClaimOptions, claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { finishOrders, type Verdict } from '../../lib/orders/sql/finish-orders.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import type { Driver, Subject } from './contract.ts';
import { countdown, RESEND_AFTER, tasksOf } from './order-lab.ts';
import { recordingLogger } from './recording-logger.ts';
import { RecordingQueue } from './recording-queue.ts';

/** The hardest values that the schema accepts. */
export const HARD: NewOrder = {
  orderId: `é😀"'\\:p1 $1 ~`,
  userId: -2_147_483_648,
  itemIds: [],
  totalAmount: '12345678901.123456789',
};

/** The use cases on the database of a contract, with budgets of two attempts, two workers and one redrive. */
export class UseCases {
  readonly database: Database;
  readonly queue = new RecordingQueue();
  readonly #createOrder: ReturnType<typeof makeCreateOrder>;

  private constructor(database: Database) {
    this.database = database;
    this.#createOrder = makeCreateOrder(this.shared);
  }

  /** Without any orders. */
  static async fresh(database: Database): Promise<UseCases> {
    await database.query('TRUNCATE public.orders');
    await database.query('TRUNCATE public.processing_control, public.audit');
    return new UseCases(database);
  }

  /** Alongside another container on the same database. */
  static joining(database: Database): UseCases {
    return new UseCases(database);
  }

  get shared() {
    const { database, queue } = this;
    return { database, queue, logger: recordingLogger(), resendAfterSeconds: RESEND_AFTER };
  }

  create(order: NewOrder, caller: Partial<Caller> = {}): Promise<CreateOutcome> {
    return this.#createOrder(order, { owner: '', idempotencyKey: null, ...caller });
  }

  claim(orderIds: readonly string[], options: Partial<ClaimOptions> = {}) {
    const standard = { leaseSeconds: 30, suspects: false, maxCrashes: 2, actor: 'worker' };
    return claimOrders(this.database, orderIds, { ...standard, ...options });
  }

  async finish(...verdicts: Verdict[]) {
    const options = { resendAfterSeconds: RESEND_AFTER, actor: 'worker' };
    return new Set((await finishOrders(this.database, verdicts, options)).keys());
  }

  process(orderIds: readonly string[], deps: Partial<ProcessDeps> = {}) {
    const standard = {
      ...this.shared,
      processor: async () => {},
      retryPolicy: { maxAttempts: 2, baseMs: 1_000, maxMs: 60_000 },
      maxCrashes: 2,
      concurrency: 25,
    };
    return processOrders({ ...standard, ...deps }, tasksOf(orderIds), {
      remainingMs: countdown(30_000),
      actor: 'worker',
    });
  }

  redrive(request: Partial<RedriveRequest>) {
    const any = { orderIds: null, reasonCode: null, owner: null, after: null, limit: 10, dryRun: false, newRun: false };
    const change = { actor: 'operator', reason: 'mended' };
    return redriveOrders({ ...this.shared, maxRedrives: 1 }, { ...any, ...change, ...request });
  }

  /** Pending orders by SQL, without a message. */
  insert(...orderIds: string[]) {
    return this.database.query(
      `INSERT INTO public.orders (order_id, user_id, item_ids, total_amount)
       SELECT order_id, 1, '{1}', 9.5 FROM json_array_elements_text($1::json) AS o(order_id)`,
      [JSON.stringify(orderIds)],
    );
  }

  /** Lets the lease of an order expire, as if its worker had died. */
  killLease(orderId: string) {
    return this.database.query(
      `UPDATE public.orders SET lease_until = now() - interval '1 second' WHERE order_id = $1::text AND status = 'Processing'`,
      [orderId],
    );
  }

  makeDue() {
    return this.database.query(
      `UPDATE public.orders SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL`,
    );
  }

  async statusOf(orderId: string) {
    return (await readOrder(this.database, orderId, null))?.status;
  }
}

export interface Fresh {
  readonly subject: Subject;
  readonly database: Database;
  readonly cases: UseCases;
}

/** Opens a driver for all tests of a `describe`, and gives each of them a database without orders. */
export function beforeEachTest(open: Driver['open'], use: (fresh: Fresh) => void): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  beforeEach(async () => {
    use({ subject, database: subject.database, cases: await UseCases.fresh(subject.database) });
  });
  afterAll(() => subject?.close());
}
