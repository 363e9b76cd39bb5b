import type { StepKind } from '../sql/order-steps.ts';

export type PauseKind = Exclude<StepKind, 'step'>;

/** A sleep or wait that is recorded, and when it ends, by the clock of `performance.now()`. */
export interface Pause {
  readonly kind: PauseKind;
  readonly name: string;
  readonly endsAt: number;
}

/** Why an order is to be given back until later. */
export interface Suspension {
  readonly kind: PauseKind;
  readonly name: string;
  readonly delaySeconds: number;
}

/** Counted when the attempt ends: steps alongside it do not prolong it. */
export function remaining({ kind, name, endsAt }: Pause): Suspension {
  return { kind, name, delaySeconds: Math.max(0, (endsAt - performance.now()) / 1_000) };
}
