import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../../lib/database/database.ts';
import { claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { finishOrders } from '../../lib/orders/sql/finish-orders.ts';
import { insertOrders, type OrderInsert } from '../../lib/orders/sql/insert-orders.ts';

/** Orders per statement. */
const BATCH = 100;
/** Orders that are Pending before the first of them is claimed: the backlog of a few seconds. */
const WAVE = 5_000;
const ACTOR = 'bench';

/** Milliseconds in each of the three statements of an order's life, for all orders together. */
export interface WorkloadTimes {
  readonly insert: number;
  readonly claim: number;
  readonly finish: number;
}

/** Takes orders through all their states with the statements of the service, on one connection. */
export async function runOrders(database: Database, count: number): Promise<WorkloadTimes> {
  const times = { insert: 0, claim: 0, finish: 0 };
  const timed = async <T>(step: keyof WorkloadTimes, work: Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work;
    times[step] += performance.now() - started;
    return result;
  };
  for (let done = 0; done < count; done += WAVE) {
    const wave = Array.from({ length: Math.min(WAVE, count - done) / BATCH }, newOrders);
    for (const orders of wave) await timed('insert', insertOrders(database, orders, 60));
    for (const orders of wave) {
      const ids = orders.map(({ orderId }) => orderId);
      const options = { leaseSeconds: 30, suspects: false, maxCrashes: 5, actor: ACTOR };
      const { claims } = await timed('claim', claimOrders(database, ids, options));
      const verdicts = claims.map(({ orderId, owner, token, failures }) => ({
        orderId,
        owner,
        token,
        failures,
        status: 'Completed' as const,
        processingTime: 0.001,
        delaySeconds: 0,
        reasonCode: null,
        reason: null,
      }));
      await timed('finish', finishOrders(database, verdicts, { resendAfterSeconds: 60, actor: ACTOR }));
    }
  }
  return times;
}

/** With unordered ids, as those of clients are: each accesses another page of the index. */
function newOrders(): OrderInsert[] {
  return Array.from({ length: BATCH }, () => ({
    orderId: randomUUID(),
    userId: Math.floor(Math.random() * 100_000),
    itemIds: [1, 2, 3],
    totalAmount: '19.99',
    requestToken: randomUUID(),
    owner: '',
    idempotencyKey: null,
    fingerprint: randomUUID(),
  }));
}

/** Finished orders, with ids spread over the whole index. */
export async function loadBallast(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, finished_at, processing_time)
     SELECT gen_random_uuid(), n % 100000, '{1,2,3}', 19.99, 'Completed', NULL, now(), 2
     FROM generate_series(1, $1::integer) AS n`,
    [count],
  );
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.query('SELECT pg_stat_reset()');
}
