import { expect, test } from '@jest/globals';
import { anOrder, FaultLab, LAB_TIMING } from './stack/lab.ts';
import { signalDuringSuspension } from './stack/signals.ts';

/** A lab that cannot fail proves nothing: here a mechanism is removed, and the lab must report it. */
async function withLab(options: Parameters<typeof FaultLab.open>[0], use: (lab: FaultLab) => Promise<void>) {
  const lab = await FaultLab.open(options);
  try {
    await use(lab);
  } finally {
    await lab.close();
  }
}

test('6, sabotaged: without the fencing token a stalled worker completes the order a second time, and the lab reports it', () =>
  withLab({ env: { SABOTAGE: 'fencing' } }, async (lab) => {
    const { order_id: orderId } = anOrder();
    await lab.insert(orderId);
    await lab.send(orderId);
    lab.ambush('in the processor', 'SIGSTOP');
    const stalled = await lab.worker();
    const environment = await lab.sprung('in the processor');
    process.kill(stalled.pid, 'SIGSTOP');
    await lab.worker();
    await lab.allAre('Completed', [orderId]);
    process.kill(environment, 'SIGCONT');

    await lab.until('it was completed twice', async () => (await lab.completionsOf(orderId)) === 2);
    expect(await lab.wrongs()).toEqual([`${orderId} was completed twice`]);
    await lab.until('both workers believe it', () => lab.stack.completions().length === 2);
  }));

test('27, sabotaged: without the number of signals an order whose signal comes while it is suspended waits on, and the lab reports it', () =>
  withLab({ env: { SABOTAGE: 'signals' } }, async (lab) => {
    const api = await lab.api();
    const orderId = await signalDuringSuspension(lab, api);

    await lab.until('it waits', async () => (await lab.statusOf(orderId)) === 'Waiting');
    expect(await lab.wrongs()).toEqual([`${orderId} waits although its signal came`]);
  }));

test('1, sabotaged: without the sweep an order whose message was never sent is stuck, and the lab reports it', () =>
  withLab({ timing: { ...LAB_TIMING, sweepEvery: 'never' } }, async (lab) => {
    const api = await lab.api();
    await lab.worker();
    lab.ambush('before send');
    const order = anOrder();
    await expect(api.post(order)).rejects.toThrow('fetch failed');

    await lab.until('it is overdue for twice the time that the sweep has', async () => (await lab.stuck(4)).length > 0);
    expect(await lab.stuck(4)).toEqual([order.order_id]);
    expect(await lab.statusOf(order.order_id)).toBe('Pending');
  }));

test('26, sabotaged: without its fencing token a stalled worker records a step of an order that another one holds, and the lab reports it', () =>
  withLab({ env: { SABOTAGE: 'step fencing' } }, async (lab) => {
    const { order_id: orderId } = anOrder('takes steps');
    await lab.insert(orderId);
    await lab.send(orderId);
    lab.ambush('in a step', 'SIGSTOP');
    const stalled = await lab.worker();
    const environment = await lab.sprung('in a step');
    process.kill(stalled.pid, 'SIGSTOP');
    lab.ambush('into the processor', 'SIGSTOP');
    const other = await lab.worker();
    // It has claimed the order, and takes no step.
    await lab.sprung('into the processor');
    process.kill(other.pid, 'SIGSTOP');
    process.kill(environment, 'SIGCONT');

    await lab.until(
      'the step is recorded',
      async () => (await lab.value('SELECT count(*)::integer FROM order_steps')) === 1,
    );
    expect(await lab.wrongs()).toEqual([`step reserve of ${orderId} was recorded by who did not hold it`]);
  }));

test('26, sabotaged: when recorded steps are not found they run again, and the lab reports it', () =>
  withLab({ env: { SABOTAGE: 'records' } }, async (lab) => {
    const { order_id: orderId } = anOrder('takes steps');
    await lab.insert(orderId);
    await lab.send(orderId);
    await lab.worker();

    const runs = () => lab.stack.effects().filter(({ name }) => name === 'reserve').length;
    await lab.until('the first step has run again', () => runs() > 1);
    expect(await lab.wrongs()).toContain(`reserve of ${orderId} ran again although it was recorded`);
  }));

test('28, sabotaged: when an undo is not recorded it runs again, and the lab reports it', () =>
  withLab({ env: { SABOTAGE: 'undo' } }, async (lab) => {
    const { order_id: orderId } = anOrder('undoes steps');
    await lab.insert(orderId);
    await lab.send(orderId);
    await lab.worker();

    const undos = () => lab.stack.effects().filter(({ name }) => name === 'undo charge').length;
    await lab.until('it has run again', () => undos() > 1);
    expect(await lab.wrongs()).toContainEqual(
      expect.stringMatching(`^undo charge of ${orderId} ran \\d+ times, with 0 lost workers$`),
    );
  }));
