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

const NAMES = ['reserve', 'charge', 'ship'];

async function startOrder(kind = 'takes steps'): Promise<string> {
  const { order_id: orderId } = anOrder(kind);
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
      expect(effects.get('ship')).toHaveLength(1);
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

/** The names of the effects of an order, in sequence, each once. */
function effectsInSequence(orderId: string): string[] {
  const effects = lab.stack.effects().filter((effect) => effect.orderId === orderId);
  // The key of an effect is the same whenever it runs.
  expect(new Set(effects.map(({ name, key }) => `${name} ${key}`)).size).toBe(
    new Set(effects.map(({ name }) => name)).size,
  );
  return [...new Set(effects.map(({ name }) => name))];
}

const UNDONE = ['reserve', 'charge', 'undo charge', 'undo reserve'];

describe('28: the worker of an order whose steps are undone is killed', () => {
  test.each<Step>([
    'before finish',
    'finish sent',
    'in an undo',
    'before record undo',
    'record undo sent',
    'after record undo',
  ])(
    '%s: both steps are undone in reverse order, none that was recorded again, and the order is Failed with its own reason',
    async (place) => {
      lab.ambush(place);
      const orderId = await startOrder('undoes steps');
      await lab.worker();
      await lab.sprung(place);

      await lab.allAre('Failed', [orderId]);
      expect(effectsInSequence(orderId)).toEqual(UNDONE);
      expect(await lab.value('SELECT reason_code FROM orders WHERE order_id = $1', [orderId])).toBe('refused');
    },
  );

  test('after both undos, before the order is Failed: neither is run again', async () => {
    lab.ambush('in an undo', 'SIGSTOP');
    const orderId = await startOrder('undoes steps');
    const worker = await lab.worker();
    const environment = await lab.sprung('in an undo');
    // Otherwise it would kill its environment at the end of the invocation.
    process.kill(worker.pid, 'SIGSTOP');
    lab.ambush('before finish');
    process.kill(environment, 'SIGCONT');
    await lab.sprung('before finish');
    process.kill(worker.pid, 'SIGCONT');

    await lab.allAre('Failed', [orderId]);
    const effects = lab.stack.effects().filter((effect) => effect.orderId === orderId);
    expect(effects.map(({ name }) => name)).toEqual(UNDONE);
  });
});

describe('29: an order is cancelled while it is being processed', () => {
  test.each([
    ['and its worker goes on', 'SIGCONT'],
    ['and its worker is killed', 'SIGKILL'],
  ] as const)('in its first step, %s: it is undone and Cancelled, and takes no further step', async (_, signal) => {
    const api = await lab.api();
    lab.ambush('in a step', 'SIGSTOP');
    const orderId = await startOrder();
    const worker = await lab.worker();
    const environment = await lab.sprung('in a step');
    // Otherwise it would kill its environment at the end of the invocation.
    process.kill(worker.pid, 'SIGSTOP');
    expect((await api.cancel(orderId)).status).toBe(202);
    process.kill(environment, signal);
    if (signal === 'SIGCONT') await lab.until('its attempt is over', async () => (await lab.moves(orderId)).length > 2);
    process.kill(worker.pid, 'SIGCONT');

    await lab.allAre('Cancelled', [orderId]);
    expect(effectsInSequence(orderId)).toEqual(signal === 'SIGCONT' ? ['reserve', 'undo reserve'] : ['reserve']);
  });
});
