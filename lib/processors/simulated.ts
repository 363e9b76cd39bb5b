import { setTimeout as sleep } from 'node:timers/promises';
import type { Processor } from './processor.ts';

/** Work that takes time and does nothing. */
export function simulatedProcessor(delayMs: number): Processor {
  return async (_order, { signal }) => {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
  };
}
