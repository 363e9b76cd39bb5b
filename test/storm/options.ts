import { parseArgs } from 'node:util';

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
}

export const USAGE = `npm run storm -- [--kills 1000] [--orders 10000] [--seed N] [--rate 3] [--patience 180]
                  [--sabotage fencing|sweep]

Kills processes of a stack under load at random, and looks whether an order was lost, stuck, or completed twice.
Exit code 0: none; 1: some; 2: the storm itself failed.`;

export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: string[]): StormOptions {
  const { values } = parse(args);
  const whole = (name: 'kills' | 'orders' | 'seed' | 'patience'): number => number(name, /^\d+$/, values[name]);
  const { sabotage } = values;
  if (sabotage !== undefined && sabotage !== 'fencing' && sabotage !== 'sweep')
    throw new UsageError('--sabotage must be fencing or sweep');
  return {
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
