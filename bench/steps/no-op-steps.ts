import type { Processor } from '../../lib/processors/processor.ts';

/** A processor whose steps do nothing, so that only what they cost is measured. */
export const noOpSteps =
  (count: number): Processor =>
  async (_order, { step }) => {
    for (let n = 1; n <= count; n += 1) await step(`step ${n}`, () => n);
  };

/** Each order of the drain has as many. */
export const STEPS = 3;

/** For PROCESSOR. */
export default noOpSteps(STEPS);
