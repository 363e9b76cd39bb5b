import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { anOrder, FaultLab, type LabApi } from './stack/lab.ts';

let lab: FaultLab;

beforeAll(async () => {
  lab = await FaultLab.open();
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

/** Posts an order to an API that dies before it responds. */
async function postInVain(api: LabApi, order = anOrder(), headers = {}): Promise<void> {
  await expect(api.post(order, headers)).rejects.toThrow('fetch failed');
  await api.died();
}

test('1: an order whose API is killed after the commit and before SendMessage is sent by the sweep', async () => {
  const api = await lab.api();
  lab.ambush('before send');
  const order = anOrder();
  await postInVain(api, order);

  expect(await lab.statusOf(order.order_id)).toBe('Pending');
  expect(await lab.messages()).toEqual({ visible: 0, inFlight: 0 });

  await lab.worker();
  await lab.allAre('Completed', [order.order_id]);
  expect(await lab.completionsOf(order.order_id)).toBe(1);
});

test('4: an API killed between SendMessage and its response has sent one message, and returns "already exists" for a retry', async () => {
  const api = await lab.api();
  lab.ambush('after send');
  const order = anOrder();
  await postInVain(api, order);
  await api.start();

  expect(await api.post(order)).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('already exists') },
  });
  await lab.worker();
  await lab.allAre('Completed', [order.order_id]);
  expect(await lab.completionsOf(order.order_id)).toBe(1);
});

test('4: a sweep killed between SendMessage and recording it sends a duplicate, and the order is completed once', async () => {
  const orderId = anOrder().order_id;
  await lab.insert(orderId);
  await lab.rows(`UPDATE orders SET due_at = now()`);
  lab.ambush('before postpone');
  // No worker runs, so both messages must be in the queue.
  const nobodys = { QUEUE_URL: lab.stack.addresses.deadLetterQueueUrl };
  const [killed, next] = await lab.environments(2, 'sweepOrders', nobodys);
  await expect(killed?.invoke({})).rejects.toThrow('SIGKILL');
  await lab.sprung('before postpone');
  await next?.invoke({});
  expect(await lab.deadLetters()).toHaveLength(2);

  await lab.send(orderId, orderId);
  await lab.worker();
  await lab.allAre('Completed', [orderId]);
  await lab.until('both messages are gone', async () => {
    const { visible, inFlight } = await lab.messages();
    return visible + inFlight === 0;
  });
  expect(await lab.completionsOf(orderId)).toBe(1);
  expect(lab.stack.runs()).toHaveLength(1);
});

test('14: a response lost after the commit is returned again for a repeated request with its key', async () => {
  const api = await lab.api();
  lab.ambush('after insert');
  const order = anOrder();
  const key = { 'idempotency-key': `key of ${order.order_id}` };
  await postInVain(api, order, key);
  await api.start();

  const again = await api.post(order, key);
  expect(again).toMatchObject({
    status: 202,
    body: {
      status_code: 202,
      message: `Order successfully processed. Please check status for order id: ${order.order_id}`,
    },
  });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  await lab.worker();
  await lab.allAre('Completed', [order.order_id]);
});
