import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Step } from './stack/ambush.ts';
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

const NAMES = ['reserve', 'charge', 'notify'];

async function startOrder(): Promise<string> {
  const { order_id: orderId } = anOrder('takes steps');
  await lab.insert(orderId);
  await lab.send(orderId);
  return orderId;
}

/** The runs of the order's steps by name, after it was completed once. */
async function effectsOf(orderId: string): Promise<Map<string, string[]>> {
  await lab.allAre('Completed', [orderId]);
  expect(await lab.completionsOf(orderId)).toBe(1);
  const effects = lab.stack.effects().filter((effect) => effect.orderId === orderId);
  return new Map(NAMES.map((name) => [name, effects.filter((effect) => effect.name === name).map(({ key }) => key)]));
}

describe('26: the worker of an order with three steps and a sleep is killed', () => {
  test.each<Step>(['in a step', 'before record step', 'record step sent'])(
    '%s: the step runs again with the same idempotency key, and the order is completed once',
    async (place) => {
      lab.ambush(place);
      const orderId = await startOrder();
      await lab.worker();
      await lab.sprung(place);

      const effects = await effectsOf(orderId);
      for (const name of NAMES) expect(new Set(effects.get(name)).size).toBe(1);
      expect(effects.get('reserve')?.length).toBeLessThanOrEqual(2);
      expect(effects.get('charge')).toHaveLength(1);
      expect(effects.get('notify')).toHaveLength(1);
    },
  );

  test.each<Step>(['after record step', 'before finish', 'finish sent', 'after finish'])(
    '%s: no recorded step runs again, and the order is completed once',
    async (place) => {
      lab.ambush(place);
      const orderId = await startOrder();
      await lab.worker();
      await lab.sprung(place);

      const effects = await effectsOf(orderId);
      for (const name of NAMES) expect(effects.get(name)).toHaveLength(1);
    },
  );

  test('when it has just woken the order up: no recorded step runs again, and the order is completed once', async () => {
    const orderId = await startOrder();
    await lab.worker();
    await lab.until('the order sleeps', async () => (await lab.statusOf(orderId)) === 'Waiting');
    lab.ambush('after claim');
    await lab.sprung('after claim');

    const effects = await effectsOf(orderId);
    for (const name of NAMES) expect(effects.get(name)).toHaveLength(1);
  });
});
