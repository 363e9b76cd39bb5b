import pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { RivalTask } from '../drain/drain-rival.ts';
import { finish, readTask, sayReady } from '../program.ts';

const QUEUE = 'orders';

/**
 * As the pg-boss documentation of work() recommends for throughput: batches instead of single jobs, several workers in the
 * process, and `burstWhenBatchFull`, which skips the polling interval between two full batches.
 */
const OPTIONS = { batchSize: 100, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };

interface Job {
  readonly orderId: string;
}

/** The handler's connections; 24 jobs are updated at a time, as many as graphile-worker works on. */
const CONNECTIONS = 24;

const { url, role, orders, updates } = readTask<RivalTask>();
const boss = new PgBoss({ connectionString: url });
boss.on('error', console.error);
const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
await boss.start();
await (role === 'fill' ? fill() : drain());
await boss.stop();
await pool.end();
finish({});

async function fill(): Promise<void> {
  await boss.createQueue(QUEUE);
  const { rows } = await pool.query<{ order_id: string }>('SELECT order_id FROM orders');
  for (let at = 0; at < rows.length; at += 1_000)
    await boss.insert(
      QUEUE,
      rows.slice(at, at + 1_000).map(({ order_id: orderId }) => ({ data: { orderId } })),
    );
}

async function drain(): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = orders;
  sayReady();
  await boss.work<Job>(QUEUE, OPTIONS, async (jobs) => {
    const orderIds = jobs.map(({ data }) => data.orderId);
    if (updates === 'of a batch') await complete(orderIds);
    else await Promise.all(orderIds.map((orderId) => complete([orderId])));
    left -= jobs.length;
    if (left === 0) done.resolve();
  });
  await done.promise;
}

async function complete(orderIds: readonly string[]): Promise<void> {
  await pool.query(`UPDATE orders SET status = 'Processing' WHERE order_id = ANY($1)`, [orderIds]);
  await pool.query(
    `UPDATE orders SET status = 'Completed', processing_time = 0, finished_at = now() WHERE order_id = ANY($1)`,
    [orderIds],
  );
}
