import type { Values } from '../../../infra/command.ts';
import { UsageError } from '../../../infra/user-error.ts';
import { WEIGHTS, type Weighted } from './killer.ts';

export interface StormOptions {
  readonly kills: number;
  /** Orders to be accepted. */
  readonly orders: number;
  readonly seed: number;
  /** Kills per second, on average. */
  readonly rate: number;
  /** Seconds without any progress after which unfinished orders that are overdue count as stuck. */
  readonly patience: number;
  readonly sabotage: 'fencing' | 'sweep' | undefined;
  /** What is killed. */
  readonly kinds: readonly Weighted[];
}

const KINDS = Object.keys(WEIGHTS) as Weighted[];

/** The options of `npm run storm`. */
export const STORM_OPTIONS = {
  kills: { type: 'integer', min: 0, max: 10_000_000, default: 1_000, help: 'processes to kill' },
  orders: { type: 'integer', min: 0, max: 10_000_000, default: 10_000, help: 'orders to be accepted' },
  seed: { type: 'integer', min: 0, max: 2 ** 31, help: 'random by default' },
  rate: { type: 'string', value: 'X', default: '3', help: 'kills per second on average' },
  patience: {
    type: 'integer',
    min: 0,
    max: 86_400,
    default: 180,
    help: 'seconds without any progress after which overdue orders count as stuck',
  },
  sabotage: {
    type: 'choice',
    choices: ['fencing', 'sweep'],
    help: 'the mechanism to remove: the storm must then find a fault',
  },
  kinds: {
    type: 'string',
    value: 'KIND,…',
    default: KINDS.join(','),
    help: 'kills only these. Processes are also stalled, but only with all kinds',
  },
} as const;

/** @throws UsageError */
export function stormOptions({ seed, rate, kinds, ...others }: Values<typeof STORM_OPTIONS>): StormOptions {
  if (!/^\d+(\.\d+)?$/.test(rate)) throw new UsageError(`--rate must be a number, not "${rate}".`);
  const chosen = kinds.split(',');
  if (!chosen.every((kind) => KINDS.includes(kind as Weighted)))
    throw new UsageError(`--kinds must be some of ${KINDS.join(', ')}, with commas between them.`);
  return {
    ...others,
    seed: seed ?? Math.floor(Math.random() * 1e6),
    rate: Number(rate),
    kinds: chosen as Weighted[],
  };
}
