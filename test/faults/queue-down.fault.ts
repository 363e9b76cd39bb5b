import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { anOrder, FaultLab } from './stack/lab.ts';

let lab: FaultLab;

beforeAll(async () => {
  lab = await FaultLab.open();
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

test('11: while the queue is down during several sweeps, POST returns 202, and all orders are processed afterwards', async () => {
  const [api, _worker] = await Promise.all([lab.api(), lab.worker()]);
  const before = await Promise.all(Array.from({ length: 10 }, () => api.post({})));
  await lab.queue.kill();

  const orders = Array.from({ length: 50 }, () => anOrder());
  const answers = await Promise.all(orders.map((order) => api.post(order)));
  expect([...before, ...answers].map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 202));
  await lab.until('several sweeps have failed to send them', () => {
    const refused = lab.output.match(/The queue did not take messages/g) ?? [];
    return refused.length > 30;
  });
  expect((await api.post({})).status).toBe(202);
  await lab.queue.start();

  await lab.until('nothing is unfinished', async () => {
    return (await lab.value<number>(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)) === 61;
  });
  await lab.until('the queue is empty', async () => {
    const { visible, inFlight } = await lab.messages();
    return visible + inFlight === 0;
  });
});

test('13: 100 simultaneous posts with one Idempotency-Key, to two processes, create one order and get the same response', async () => {
  const apis = await Promise.all([lab.api(), lab.api()]);
  const order = anOrder();
  const key = { 'idempotency-key': 'the same for all' };

  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => (apis[n % 2] as (typeof apis)[0]).post(order, key)),
  );

  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))).toEqual(
    new Set([
      `202 {"status_code":202,"message":"Order successfully processed. Please check status for order id: ${order.order_id}"}`,
    ]),
  );
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
  expect(await lab.value('SELECT count(*)::integer FROM orders')).toBe(1);
  for (const change of [{ total_amount: 9.51 }, { order_id: anOrder().order_id }])
    expect((await apis[0].post({ ...order, ...change }, key)).status).toBe(422);
  expect(await lab.value('SELECT count(*)::integer FROM orders')).toBe(1);
});
