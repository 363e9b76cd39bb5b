/**
 * The processor of the fault lab (PROCESSOR). What it does with an order is in the order's id; each run is noted in the
 * file RUNS, as a line `<order id> <attempt> <process id>`. By default it works for PROCESSING_DELAY_MS at most.
 */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Processor } from '../../../lib/processors/processor.ts';
import { reach } from './ambush.ts';

const delayMs = Number(process.env.PROCESSING_DELAY_MS);

const process_: Processor = async ({ orderId }, { attempt, signal }) => {
  if (process.env.RUNS) appendFileSync(process.env.RUNS, `${orderId} ${attempt} ${process.pid}\n`);
  if (orderId.startsWith('kills its worker')) process.kill(process.pid, 'SIGKILL');
  reach('into the processor');
  await sleep(delayMs * Math.random(), undefined, { signal });
  reach('in the processor');
  if (orderId.startsWith('hangs')) await once(signal, 'abort');
  if (orderId.startsWith('always fails')) throw new Error('it always fails');
  if (orderId.startsWith('fails once') && attempt === 1) throw new Error('it fails once');
};

export default process_;
