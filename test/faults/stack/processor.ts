/**
 * The processor of the fault lab (PROCESSOR). The id of an order says what it does with the order. Each run is written to the
 * file RUNS as a line `<order id> <attempt> <process id>`, and each run of a step to EFFECTS as JSON. By default a run takes at
 * most PROCESSING_DELAY_MS. An order that waits for its signal does so for WAIT_SECONDS, 600 by default.
 */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PermanentFailure,
  type Processor,
  type ProcessorContext,
  type StepAttempt,
} from '../../../lib/processors/processor.ts';
import { reach } from './ambush.ts';
import { claimed } from './claimed.ts';

const delayMs = Number(process.env.PROCESSING_DELAY_MS);

const process_: Processor = async ({ orderId }, context) => {
  const { attempt, signal } = context;
  if (process.env.RUNS) appendFileSync(process.env.RUNS, `${orderId} ${attempt} ${process.pid}\n`);
  if (orderId.startsWith('kills its worker')) process.kill(process.pid, 'SIGKILL');
  reach('into the processor');
  await sleep(delayMs * Math.random(), undefined, { signal });
  reach('in the processor');
  if (orderId.startsWith('takes steps')) await takeSteps(orderId, context);
  if (orderId.startsWith('waits'))
    await takeSteps(orderId, context, async () => {
      await context.waitFor('packed', { timeoutSeconds: Number(process.env.WAIT_SECONDS ?? 600) });
      if (orderId.startsWith('waits then is refused')) refuse();
    });
  if (orderId.startsWith('undoes steps'))
    await takeSteps(orderId, context, async () => {
      await context.sleep('cool off', 1);
      refuse();
    });
  if (orderId.startsWith('hangs at first') ? attempt === 1 : orderId.startsWith('hangs')) await once(signal, 'abort');
  if (orderId.startsWith('always fails')) throw new Error('it always fails');
  if (orderId.startsWith('fails once') && attempt === 1) throw new Error('it fails once');
};

function refuse(): never {
  throw new PermanentFailure('refused', 'it is refused');
}

/** Two steps that can be undone, a sleep or a wait, and a third step. */
async function takeSteps(
  orderId: string,
  { step, sleep: suspend }: ProcessorContext,
  pause: () => Promise<unknown> = () => suspend('cool off', 1),
): Promise<void> {
  const claim = claimed.get(orderId);
  const effect = (name: string, key: string) => {
    if (process.env.EFFECTS)
      appendFileSync(process.env.EFFECTS, `${JSON.stringify({ orderId, name, key, ...claim })}\n`);
    reach(name.startsWith('undo') ? 'in an undo' : 'in a step');
    return `${name} is done`;
  };
  const take = (name: string) => (attempt: StepAttempt) => effect(name, attempt.idempotencyKey);
  const undo = (name: string) => (_result: string, attempt: StepAttempt) =>
    effect(`undo ${name}`, attempt.idempotencyKey);
  await step('reserve', take('reserve'), { undo: undo('reserve') });
  await step('charge', take('charge'), { undo: undo('charge') });
  await pause();
  await step('ship', take('ship'));
}

export default process_;
