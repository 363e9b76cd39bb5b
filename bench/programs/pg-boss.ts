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
  readonly step: number;
}

/** The handler's connections; 24 jobs are updated at a time, as many as graphile-worker works on. */
const CONNECTIONS = 24;

const { url, role, orders, steps, updates } = readTask<RivalTask>();
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
      rows.slice(at, at + 1_000).map(({ order_id: orderId }) => ({ data: { orderId, step: 1 } })),
    );
}

async function drain(): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = orders;
  sayReady();
  await boss.work<Job>(QUEUE, OPTIONS, async (jobs) => {
    const given = jobs.map(({ data }) => data);
    if (updates === 'of a batch') await take(given);
    else await Promise.all(given.map((job) => take([job])));
    left -= given.filter(({ step }) => step === steps).length;
    if (left === 0) done.resolve();
  });
  await done.promise;
}

async function take(jobs: readonly Job[]): Promise<void> {
  const first = jobs.filter(({ step }) => step === 1);
  const last = jobs.filter(({ step }) => step === steps);
  const others = jobs.filter(({ step }) => step < steps);
  if (first.length > 0)
    await pool.query(`UPDATE orders SET status = 'Processing' WHERE order_id = ANY($1)`, [idsOf(first)]);
  if (others.length > 0)
    await boss.insert(
      QUEUE,
      others.map(({ orderId, step }) => ({ data: { orderId, step: step + 1 } })),
    );
  if (last.length > 0)
    await pool.query(
      `UPDATE orders SET status = 'Completed', processing_time = 0, finished_at = now() WHERE order_id = ANY($1)`,
      [idsOf(last)],
    );
}

function idsOf(jobs: readonly Job[]): string[] {
  return jobs.map(({ orderId }) => orderId);
}
