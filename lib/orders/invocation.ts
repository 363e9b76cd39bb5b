export interface Invocation {
  /** Milliseconds until Lambda ends the invocation. */
  readonly remainingMs: () => number;
  /** Recorded in the history as the actor. */
  readonly actor: string;
}

/** Milliseconds before the end of the invocation at which work is aborted, reserved for committing the outcomes. */
export const FINISH_TIME_MS = 2_000;

/** Whole milliseconds, because AbortSignal.timeout does not accept fractions. */
export function timeToWork(invocation: Invocation): number {
  return Math.floor(invocation.remainingMs() - FINISH_TIME_MS);
}
