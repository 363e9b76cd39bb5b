import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeMessage } from '../../lib/queue/message.ts';
import { signal } from '../support/processes.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { anOrder, FaultLab, LAB_TIMING, type LabApi } from './stack/lab.ts';

let lab: FaultLab;

beforeAll(async () => {
  lab = await FaultLab.open({ timing: { ...LAB_TIMING, visibilityTimeout: 3, maxReceiveCount: 2 } });
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

test('3: kill -9 of the Postgres postmaster under load, three times: every 202 survives', async () => {
  const [api] = await Promise.all([lab.api(), lab.worker(), lab.worker()]);
  const accepted: string[] = [];
  const statuses = new Set<number>();
  let killing = true;
  const client = async () => {
    while (killing) {
      const order = anOrder();
      const { status } = await api.post(order);
      statuses.add(status);
      if (status === 202) accepted.push(order.order_id);
    }
  };
  const clients = Array.from({ length: 10 }, client);
  for (let kills = 0; kills < 3; kills += 1) {
    const before = accepted.length;
    await lab.until('orders are being accepted', () => accepted.length > before + 50);
    await lab.postgres.kill();
    await lab.postgres.start();
  }
  killing = false;
  await Promise.all(clients);

  await lab.allAre('Completed', accepted);
  expect([...statuses].sort()).toEqual([202, 503]);
});

test('12: while Postgres is down for longer than the queue redelivers a message, POST returns 503, and no order becomes Failed because of it', async () => {
  const [api] = await Promise.all([lab.api()]);
  const orders = Array.from({ length: 5 }, () => anOrder());
  const orderIds = orders.map(({ order_id }) => order_id);
  await Promise.all(orders.map((order) => api.post(order)));
  await lab.postgres.kill();
  await lab.worker();

  const refused = await api.post({});
  expect(refused).toMatchObject({ status: 503, body: { status_code: 503 } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await lab.until('the messages of all orders are dead letters', async () => {
    const letters = await lab.deadLetters();
    return letters.flatMap((body) => decodeMessage(body).tasks).length === orders.length;
  });
  await lab.postgres.start();

  await lab.allAre('Completed', orderIds);
  expect(await lab.rows('SELECT DISTINCT attempts, crashes FROM orders')).toEqual([{ attempts: 0, crashes: 0 }]);
});

describe('17: a connection to Postgres', () => {
  let proxy: TcpProxy;

  beforeAll(async () => {
    proxy = await startTcpProxy(lab.stack.addresses.postgres);
  });
  afterAll(() => proxy.close());

  const behindProxy = () => ({ DATABASE_URL: proxy.url });

  describe.each(['before it is sent', 'when it was sent', 'cut after the reply'] as const)('reset %s', (cut) => {
    test('17: a connection reset in the INSERT leaves a 202 and one order', async () => {
      const api = await lab.api(behindProxy());
      const order = anOrder();
      const cutsBefore = proxy.cutsDone;
      proxy.cutAt('INSERT INTO public.orders', cut);

      expect((await api.post(order)).status).toBe(202);
      expect(proxy.cutsDone).toBe(cutsBefore + 1);
      await lab.worker();
      await lab.allAre('Completed', [order.order_id]);
      expect(await lab.moves(order.order_id)).toHaveLength(3);
    });

    test.each([
      ['claims', 'AS lost_too_often'],
      ['finishes', 'json_to_recordset($1::json) AS v('],
    ])('17: a connection reset in the statement that %s orders leaves them completed once', async (_, text) => {
      const orderIds = Array.from({ length: 10 }, () => anOrder().order_id);
      await lab.insert(...orderIds);
      await lab.rows(`UPDATE orders SET due_at = now() + interval '2 seconds'`);
      await lab.send(...orderIds);
      const cutsBefore = proxy.cutsDone;
      proxy.cutAt(text, cut);
      await lab.worker(behindProxy());

      await lab.allAre('Completed', orderIds);
      expect(proxy.cutsDone).toBe(cutsBefore + 1);
      for (const orderId of orderIds) expect(await lab.completionsOf(orderId)).toBe(1);
    });
  });

  test("17: a connection that stops responding during a create leads to 503 within the client's timeout, and a retry is safe", async () => {
    const api: LabApi = await lab.api(behindProxy());
    expect((await api.post({})).status).toBe(202);
    await proxy.become('silent');
    const order = anOrder();
    const askedAt = performance.now();
    expect((await api.post(order)).status).toBe(503);
    expect(performance.now() - askedAt).toBeLessThan(5_000);

    await proxy.become('open');
    expect([202, 400]).toContain((await api.post(order)).status);
    await lab.worker();
    await lab.allAre('Completed', [order.order_id]);
  });

  test('17: a connection that stops responding during a batch leaves it completed once', async () => {
    const { order_id: orderId } = anOrder();
    await lab.insert(orderId);
    await lab.rows(`UPDATE orders SET due_at = now() + interval '2 seconds'`);
    await lab.send(orderId);
    lab.ambush('in the processor', 'SIGSTOP');
    await lab.worker(behindProxy());
    const environment = await lab.sprung('in the processor');
    await proxy.become('silent');
    // Its worker may have killed it by now.
    signal(environment, 'SIGCONT');
    await lab.worker();

    await lab.allAre('Completed', [orderId]);
    await proxy.become('open');
    expect(await lab.completionsOf(orderId)).toBe(1);
  });
});
