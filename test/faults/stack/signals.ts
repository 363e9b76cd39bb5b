import { anOrder, type FaultLab, type LabApi } from './lab.ts';

/** Starts an order that waits for the signal `packed`, without a worker. */
export async function startWaitingOrder(lab: FaultLab): Promise<string> {
  const { order_id: orderId } = anOrder('waits');
  await lab.insert(orderId);
  await lab.send(orderId);
  return orderId;
}

/** Sends the signal of an order while its worker stands still right before it suspends the order. */
export async function signalDuringSuspension(lab: FaultLab, api: LabApi): Promise<string> {
  const orderId = await startWaitingOrder(lab);
  lab.ambush('before finish', 'SIGSTOP');
  const worker = await lab.worker();
  const environment = await lab.sprung('before finish');
  // Otherwise it would kill its environment at the end of the invocation.
  process.kill(worker.pid, 'SIGSTOP');
  await api.signal(orderId, 1);
  process.kill(environment, 'SIGCONT');
  await lab.until('its attempt is over', async () => (await lab.moves(orderId)).length > 2);
  process.kill(worker.pid, 'SIGCONT');
  return orderId;
}
