import { parseArgs } from 'node:util';
import { WEIGHTS, type Weighted } from './killer.ts';

export interface StormOptions {
  readonly kills: number;
  /** Orders to be accepted. */
  readonly orders: number;
  readonly seed: number;
  /** Kills a second, on average. */
  readonly rate: number;
  /** Seconds without any progress after which unfinished orders that are overdue count as stuck. */
  readonly patience: number;
  readonly sabotage: 'fencing' | 'sweep' | undefined;
  /** What is killed. */
  readonly kinds: readonly Weighted[];
}

const KINDS = Object.keys(WEIGHTS) as Weighted[];

export const USAGE = `npm run storm -- [--kills 1000] [--orders 10000] [--seed N] [--rate 3] [--patience 180]
                  [--sabotage fencing|sweep] [--kinds postmaster,backend]

Kills processes of a stack under load at random, and looks whether an order was lost, stuck, or completed twice.
--kinds kills nothing else than these, and then stalls nobody: ${KINDS.join(', ')}.
Exit code 0: none; 1: some; 2: the storm itself failed.`;

export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: string[]): StormOptions {
  const { values } = parse(args);
  const whole = (name: 'kills' | 'orders' | 'seed' | 'patience'): number => number(name, /^\d+$/, values[name]);
  const { sabotage } = values;
  if (sabotage !== undefined && sabotage !== 'fencing' && sabotage !== 'sweep')
    throw new UsageError('--sabotage must be fencing or sweep');
  const kinds = values.kinds?.split(',') ?? KINDS;
  if (!kinds.every((kind) => KINDS.includes(kind as Weighted)))
    throw new UsageError(`--kinds must be some of ${KINDS.join(', ')}, with commas between them`);
  return {
    kinds: kinds as Weighted[],
    kills: whole('kills'),
    orders: whole('orders'),
    seed: whole('seed'),
    patience: whole('patience'),
    rate: number('rate', /^\d+(\.\d+)?$/, values.rate),
    sabotage,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        kills: { type: 'string', default: '1000' },
        orders: { type: 'string', default: '10000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
        rate: { type: 'string', default: '3' },
        patience: { type: 'string', default: '180' },
        sabotage: { type: 'string' },
        kinds: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(name: string, form: RegExp, text: string): number {
  if (!form.test(text)) throw new UsageError(`--${name} must be a number, and is "${text}"`);
  return Number(text);
}
