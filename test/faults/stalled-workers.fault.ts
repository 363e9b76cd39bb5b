import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { sqsEvent } from '../support/lambda.ts';
import { anOrder, type Environment, FaultLab } from './stack/lab.ts';

const DAY_MS = 86_400_000;

let lab: FaultLab;

beforeAll(async () => {
  lab = await FaultLab.open();
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

const ids = (count: number, kind?: string) => Array.from({ length: count }, () => anOrder(kind).order_id);
const batch = (orderIds: readonly string[]) => sqsEvent(orderIds.map(encodeMessage));

/** Repeats the work until it is stopped, and then returns the number of repetitions. */
function again(work: () => Promise<unknown>): () => Promise<number> {
  let stopped = false;
  const done = (async () => {
    let times = 0;
    for (; !stopped; times += 1) await work();
    return times;
  })();
  // The code that stops it gets the error.
  done.catch(() => undefined);
  return () => {
    stopped = true;
    return done;
  };
}

const MAKE_ALL_DUE = `
  WITH unfinished AS (SELECT order_id FROM orders WHERE due_at IS NOT NULL ORDER BY order_id FOR UPDATE)
  UPDATE orders SET due_at = now() FROM unfinished WHERE orders.order_id = unfinished.order_id`;

test('5: 20 workers that get the same message at once cause one effect', async () => {
  const [orderId = ''] = ids(1);
  await lab.insert(orderId);
  const environments = await lab.environments(20, 'processOrders');

  // A slow machine may claim too late, or release the order. The queue would deliver the message again.
  do await Promise.all(environments.map((one) => one.invoke(batch([orderId]))));
  while (lab.stack.runs().length === 0);

  expect(lab.stack.runs()).toHaveLength(1);
  const moves = (await lab.moves(orderId)).join(', ').replaceAll('Pending → Processing, Processing → Pending, ', '');
  expect(moves).toBe('Pending, Pending → Processing, Processing → Completed');
});

test('6: a worker that is stopped past its lease, and then resumes, changes nothing', async () => {
  const [orderId = ''] = ids(1);
  await lab.insert(orderId);
  await lab.send(orderId);
  lab.ambush('in the processor', 'SIGSTOP');
  const stalled = await lab.worker();
  const environment = await lab.sprung('in the processor');
  process.kill(stalled.pid, 'SIGSTOP');
  await lab.worker();
  await lab.allAre('Completed', [orderId]);
  const before = await lab.rows('SELECT * FROM orders');

  process.kill(environment, 'SIGCONT');
  await lab.until('the stalled worker has noticed that it lost its lease', () =>
    lab.output.includes('Finished after the lease was lost; nothing was written'),
  );
  process.kill(stalled.pid, 'SIGCONT');

  expect(await lab.rows('SELECT * FROM orders')).toEqual(before);
  expect(await lab.completionsOf(orderId)).toBe(1);
  // It did run twice: an effect outside is made idempotent by the idempotency key.
  expect(lab.stack.runs()).toHaveLength(2);
  expect(lab.stack.completions()).toEqual([orderId]);
});

test('15: sweeps that race live workers never change a finished order', async () => {
  const orderIds = ids(300);
  await lab.insert(...orderIds);
  await Promise.all([lab.worker(), lab.worker()]);
  const sweepers = await lab.environments(4, 'sweepOrders');
  const sweeps = sweepers.map((one) => again(() => one.invoke({})));
  // Every unfinished order is always due, also while a worker processes it.
  const stopPsql = again(() => lab.rows(MAKE_ALL_DUE));

  await lab.allAre('Completed', orderIds);

  expect(await stopPsql()).toBeGreaterThan(0);
  for (const stop of sweeps) expect(await stop()).toBeGreaterThan(0);
  // Nothing after Completed, and no lease taken over. A slow machine may release what does not fit into an invocation.
  const illegal = await lab.rows(
    `SELECT order_id, from_status, to_status FROM lab_audit
     WHERE (coalesce(from_status, 'none'), to_status) NOT IN
       (('none', 'Pending'), ('Pending', 'Processing'), ('Processing', 'Pending'), ('Processing', 'Completed'))`,
  );
  expect(illegal).toEqual([]);
  // Released orders count no attempt.
  expect(await lab.rows('SELECT order_id FROM orders WHERE attempts > 0 OR crashes > 0')).toEqual([]);
});

test('15a: overlapping batches in opposite order, alongside a sweep, psql and creates, cause no deadlock', async () => {
  const orderIds = ids(200, 'fails once');
  await lab.insert(...orderIds);
  const api = await lab.api();
  const [there, back] = (await lab.environments(2, 'processOrders', {
    RETRY_BASE_MS: '1',
    PROCESSING_DELAY_MS: '1',
  })) as [Environment, Environment];
  const [sweeper] = (await lab.environments(1, 'sweepOrders')) as [Environment];
  // The oldest: on a slow machine, orders are posted faster than they are processed.
  const unfinished = async () => {
    const rows = await lab.rows<{ order_id: string }>(
      `WITH oldest AS (SELECT order_id FROM orders WHERE due_at IS NOT NULL ORDER BY created_at LIMIT 50)
       SELECT order_id FROM oldest ORDER BY order_id`,
    );
    return rows.map(({ order_id }) => order_id);
  };
  const others = [
    again(async () => there.invoke(batch(await unfinished()))),
    again(async () => back.invoke(batch((await unfinished()).reverse()))),
    again(() => sweeper.invoke({})),
    again(() => lab.rows(MAKE_ALL_DUE)),
  ];
  const statuses = new Set<number>();
  const posted: string[] = [];
  const stopPosting = again(async () => {
    const orders = Array.from({ length: 5 }, () => anOrder());
    for (const { status } of await Promise.all(orders.map((order) => api.post(order)))) statuses.add(status);
    posted.push(...orders.map(({ order_id }) => order_id));
  });

  await lab.allAre('Completed', orderIds);
  await stopPosting();
  await lab.allAre('Completed', posted);

  for (const stop of others) expect(await stop()).toBeGreaterThan(1);
  expect([...statuses]).toEqual([202]);
  expect(await lab.value(`SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()`)).toBe(0);
});

test('18: with the clocks of two workers off by five days, the time of the database is used', async () => {
  const api = await lab.api();
  const orders = Array.from({ length: 20 }, () => anOrder());
  const slow = Array.from({ length: 5 }, () => anOrder('fails once'));
  await Promise.all([...orders, ...slow].map((order) => api.post(order)));
  const orderIds = [...orders, ...slow].map(({ order_id }) => order_id);
  const env = { PROCESSING_DELAY_MS: '300', RETRY_BASE_MS: '300' };
  lab.ambush('in the processor');
  await Promise.all([
    lab.worker({ ...env, CLOCK_SHIFT_MS: String(5 * DAY_MS) }),
    lab.worker({ ...env, CLOCK_SHIFT_MS: String(-5 * DAY_MS) }),
  ]);

  await lab.allAre('Completed', orderIds);

  // Neither worker took an order with a live lease: each lease that changed hands was five seconds old.
  const stolen = await lab.rows(
    `SELECT order_id FROM (
       SELECT *, at - lag(at) OVER (PARTITION BY order_id ORDER BY entry) AS held FROM lab_audit) AS steps
     WHERE from_status = 'Processing' AND to_status = 'Processing' AND held < interval '4 seconds'`,
  );
  expect(stolen).toEqual([]);
  const wrongTimes = `SELECT count(*)::integer FROM orders
    WHERE finished_at NOT BETWEEN created_at AND now() OR processing_time NOT BETWEEN 0 AND 3`;
  expect(await lab.value(wrongTimes)).toBe(0);
});
