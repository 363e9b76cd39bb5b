import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Step } from './stack/ambush.ts';
import { FaultLab } from './stack/lab.ts';
import { signalDuringSuspension, startWaitingOrder } from './stack/signals.ts';

let lab: FaultLab;

beforeAll(async () => {
  lab = await FaultLab.open();
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

/** The order is completed once, and each of its three steps ran once. */
async function expectCompletedOnce(orderId: string): Promise<void> {
  await lab.allAre('Completed', [orderId]);
  expect(await lab.completionsOf(orderId)).toBe(1);
  const effects = lab.stack.effects().filter((effect) => effect.orderId === orderId);
  expect(effects.map(({ name }) => name)).toEqual(['reserve', 'charge', 'ship']);
}

const waits = (orderId: string) =>
  lab.until('the order waits', async () => (await lab.statusOf(orderId)) === 'Waiting');

describe('27: an order waits for a signal', () => {
  test.each<Step>(['before finish', 'finish sent', 'after finish'])(
    'and its worker is killed at the suspension (%s): no step runs again, and the signal completes the order',
    async (place) => {
      lab.ambush(place);
      const orderId = await startWaitingOrder(lab);
      const api = await lab.api();
      await lab.worker();
      await lab.sprung(place);
      await waits(orderId);
      expect((await api.signal(orderId, 1)).status).toBe(202);

      await expectCompletedOnce(orderId);
    },
  );

  test('and its worker is killed when the signal has woken it up: no step runs again, and the order is completed once', async () => {
    const orderId = await startWaitingOrder(lab);
    const api = await lab.api();
    await lab.worker();
    await waits(orderId);
    lab.ambush('after claim');
    await api.signal(orderId, 1);
    await lab.sprung('after claim');

    await expectCompletedOnce(orderId);
  });

  test.each<Step>(['after store signal', 'before send'])(
    'and the API is killed between the commit of its signal and the message (%s): the sweep sends one',
    async (place) => {
      const orderId = await startWaitingOrder(lab);
      const api = await lab.api();
      await lab.worker();
      await waits(orderId);
      lab.ambush(place);
      await expect(api.signal(orderId, 1)).rejects.toThrow('fetch failed');
      await api.died();

      await expectCompletedOnce(orderId);
    },
  );

  test('and the response to its signal is lost: a repeated request is accepted, and another payload is not', async () => {
    const orderId = await startWaitingOrder(lab);
    const api = await lab.api();
    lab.ambush('after store signal');
    await expect(api.signal(orderId, 1)).rejects.toThrow('fetch failed');
    await api.died();
    await api.start();

    expect((await api.signal(orderId, 1)).status).toBe(200);
    expect((await api.signal(orderId, 2)).status).toBe(409);
    await lab.worker();
    await expectCompletedOnce(orderId);
  });

  test('and its signal comes while its worker suspends it: the order continues at once', async () => {
    const orderId = await signalDuringSuspension(lab, await lab.api());

    await expectCompletedOnce(orderId);
  });
});
