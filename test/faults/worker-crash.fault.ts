import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeMessage, encodePack } from '../../lib/queue/message.ts';
import { sqsEvent } from '../support/lambda.ts';
import type { Step } from './stack/ambush.ts';
import { anOrder, type Environment, FaultLab, LAB_TIMING } from './stack/lab.ts';

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

describe('2: a batch whose worker is killed', () => {
  /** The process that runs the step: the execution environment with the function, or the event source around it. */
  const steps: readonly (readonly [Step, 'environment' | 'event source'])[] = [
    ['after receive', 'event source'],
    ['before claim', 'environment'],
    ['claim sent', 'environment'],
    ['after claim', 'environment'],
    ['in the processor', 'environment'],
    ['before finish', 'environment'],
    ['finish sent', 'environment'],
    ['after finish', 'environment'],
    ['before delete', 'event source'],
    ['after delete', 'event source'],
  ];

  test.each(steps)('2: after a kill %s (%s), every order of the batch is completed once', async (step, where) => {
    const orderIds = ids(10);
    await lab.insert(...orderIds);
    // As if created long ago, so that the sweep finds the orders whichever message is lost.
    await lab.rows(`UPDATE orders SET due_at = now() + interval '2 seconds'`);
    await lab.send(...orderIds);
    lab.ambush(step);
    const worker = await lab.worker().catch(() => undefined);
    await lab.sprung(step);
    if (where === 'event source') {
      await worker?.died();
      await lab.worker();
    }

    await lab.allAre('Completed', orderIds);
    for (const orderId of orderIds) expect(await lab.completionsOf(orderId)).toBe(1);
  });

  test('2: a worker killed before it sends the message of a retry loses nothing: the sweep sends it', async () => {
    // One: of several, those that are not finished with the first lose their worker, too.
    const orderIds = ids(1, 'fails once');
    await lab.insert(...orderIds);
    await lab.send(...orderIds);
    lab.ambush('before send');
    await lab.worker({ RETRY_BASE_MS: '100' });
    await lab.sprung('before send');

    await lab.allAre('Completed', orderIds);
    expect(await lab.moves(orderIds[0] ?? '')).toEqual([
      'Pending',
      'Pending → Processing',
      'Processing → Pending',
      'Pending → Processing',
      'Processing → Completed',
    ]);
  });
});

test('10b: an order that kills its worker each time becomes Failed within its budget, and the nine other orders complete', async () => {
  const killer = anOrder('kills its worker').order_id;
  const neighbours = ids(9);
  await lab.insert(killer, ...neighbours);
  await lab.send(killer, ...neighbours);
  await lab.worker({ MAX_CRASHES: '3' });

  await lab.allAre('Completed', neighbours);
  await lab.allAre('Failed', [killer]);
  expect(await lab.rows('SELECT crashes, reason_code FROM orders WHERE order_id = $1', [killer])).toEqual([
    { crashes: 3, reason_code: 'worker_lost' },
  ]);
  const runs = lab.stack.runs().filter(([orderId]) => orderId === killer);
  expect(runs.map(([, attempt]) => attempt)).toEqual([1, 2, 3]);
  // The first crash affected them, too; every later one affected only the order that causes it.
  const crashes = await lab.rows('SELECT DISTINCT crashes FROM orders WHERE order_id = ANY($1)', [neighbours]);
  expect(crashes).toEqual([{ crashes: 1 }]);
});

describe('2a: a worker with a message about 30 orders', () => {
  let slow: FaultLab;

  beforeAll(async () => {
    // Long enough for the orders that hang to outlast the others; and a message that finds one of its orders locked comes back in time.
    const timing = { ...LAB_TIMING, processTimeout: 30, visibilityTimeout: 30 };
    slow = await FaultLab.open({ timing, env: { PROCESSOR_CONCURRENCY: '5' } });
  });
  afterAll(() => slow.close());

  test('2a: a worker killed with a half-finished message leaves every order of it completed once, and repeats none that was', async () => {
    const quick = ids(12);
    const hanging = ids(5, 'hangs at first');
    const untouched = ids(13);
    const orderIds = [...quick, ...hanging, ...untouched];
    await slow.insert(...orderIds);
    const message = encodePack(orderIds.map((key) => ({ key })));
    const [environment] = (await slow.environments(1, 'processOrders')) as [Environment];
    const invocation = environment.invoke(sqsEvent([message])).catch(() => 'killed');
    await slow.allAre('Completed', quick);
    const runsOf = (orderId: string) => slow.stack.runs().filter(([id]) => id === orderId).length;
    await slow.until('the ones that hang have all slots', () => hanging.every((orderId) => runsOf(orderId) === 1));
    process.kill(environment.pid, 'SIGKILL');
    expect(await invocation).toBe('killed');
    expect(untouched.map(runsOf)).toEqual(untouched.map(() => 0));

    await slow.rows(`UPDATE orders SET due_at = now(), lease_until = now() WHERE status = 'Processing'`);
    await slow.sendBodies(message);
    await slow.worker();

    await slow.allAre('Completed', orderIds);
    for (const orderId of orderIds) expect(await slow.completionsOf(orderId)).toBe(1);
    expect(quick.map(runsOf)).toEqual(quick.map(() => 1));
    await slow.until('the message is gone', async () => {
      const { visible, inFlight } = await slow.messages();
      return visible + inFlight === 0;
    });
    expect(await slow.wrongs()).toEqual([]);
  });
});

describe('23: a worker with nine quick orders and one that hangs', () => {
  let slow: FaultLab;

  beforeAll(async () => {
    // Long enough to notice a verdict that waits for the hanging order.
    slow = await FaultLab.open({ timing: { ...LAB_TIMING, processTimeout: 30 } });
  });
  afterAll(() => slow.close());

  test('23: nine quick orders are Completed while the tenth hangs, and none runs again after that is killed', async () => {
    const hanging = anOrder('hangs').order_id;
    const quick = ids(9);
    await slow.insert(hanging, ...quick);
    const [environment] = (await slow.environments(1, 'processOrders')) as [Environment];
    const invocation = environment.invoke(sqsEvent([hanging, ...quick].map(encodeMessage))).catch(() => 'killed');

    await slow.until('all have begun', () => slow.stack.runs().length === 10);
    await slow.allAre('Completed', quick);
    expect(await slow.statusOf(hanging)).toBe('Processing');
    process.kill(environment.pid, 'SIGKILL');
    expect(await invocation).toBe('killed');

    await slow.rows(`UPDATE orders SET due_at = now(), lease_until = now() WHERE status = 'Processing'`);
    await slow.send(hanging, ...quick);
    await slow.worker();
    await slow.until('the one that hangs runs again', () => slow.stack.runs().length > 10);
    await slow.until('no message is left', async () => (await slow.messages()).visible === 0);
    const runsOf = (orderId: string) => slow.stack.runs().filter(([id]) => id === orderId).length;
    expect(quick.map(runsOf)).toEqual(quick.map(() => 1));
    expect(await slow.wrongs()).toEqual([]);
  });
});
