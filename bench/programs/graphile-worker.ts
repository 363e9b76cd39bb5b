import { Logger, makeWorkerUtils, run, type TaskList } from 'graphile-worker';
import pg from 'pg';
import type { RivalTask } from '../drain/drain-rival.ts';
import { finish, readTask, sayReady } from '../program.ts';

/** The configuration used for the results on https://worker.graphile.org/docs/performance. */
const WORKER = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

const TASK = 'process_order';
const quiet = new Logger(() => () => undefined);

const { url, role, orders, steps } = readTask<RivalTask>();
await (role === 'fill' ? fill() : drain());
finish({});

async function fill(): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  await utils.migrate();
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ order_id: string }>('SELECT order_id FROM orders');
  for (let at = 0; at < rows.length; at += 1_000)
    await utils.addJobs(
      rows.slice(at, at + 1_000).map(({ order_id: orderId }) => ({ identifier: TASK, payload: { orderId, step: 1 } })),
    );
  await client.end();
  await utils.release();
}

async function drain(): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = orders;
  const taskList: TaskList = {
    [TASK]: async (payload, { query, addJob }) => {
      const { orderId, step } = payload as { orderId: string; step: number };
      if (step === 1) await query(`UPDATE orders SET status = 'Processing' WHERE order_id = $1`, [orderId]);
      if (step < steps) return void (await addJob(TASK, { orderId, step: step + 1 }));
      await query(
        `UPDATE orders SET status = 'Completed', processing_time = 0, finished_at = now() WHERE order_id = $1`,
        [orderId],
      );
      left -= 1;
      if (left === 0) done.resolve();
    },
  };
  sayReady();
  const runner = await run({
    preset: { worker: { ...WORKER, connectionString: url } },
    taskList,
    logger: quiet,
    noHandleSignals: true,
  });
  await done.promise;
  await runner.stop();
}
