import { PermanentFailure } from '../processor.ts';

/** The name of a step, sleep or wait: the same limit as in Postgres; without control characters, because people read it. */
export const STEP_NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

/** Seconds of the longest sleep or wait. A bound, so that a wrong unit is noticed. */
const MAX_SECONDS = 366 * 86_400;

export function checkName(name: string): void {
  if (typeof name !== 'string' || !STEP_NAME.test(name))
    throw new PermanentFailure('step_name', 'The name of a step has 1 to 100 characters, none a control character.');
}

export function checkSeconds(kind: 'sleep' | 'wait', name: string, seconds: number): void {
  if (!(Number.isFinite(seconds) && seconds >= 1 && seconds <= MAX_SECONDS))
    throw new PermanentFailure(`${kind}_seconds`, `The ${kind} "${name}" must last 1 to ${MAX_SECONDS} seconds.`);
}
