import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { execute, main } from '../../infra/run-command.ts';
import { UsageError } from '../../infra/user-error.ts';
import { packageStage } from '../checks/package-stage.ts';
import { ASSUMPTIONS, type Month, monthOf } from './assumptions.ts';
import { REGION } from './prices.ts';
import { costReport } from './report.ts';
import { readStage } from './stage.ts';

/** Assumptions that are divisors. */
const NOT_NONE: ReadonlySet<string> = new Set(['orders', 'busyHours', 'pollers', 'pollSeconds']);

/** The option of an assumption: createCpuMs is --create-cpu-ms. */
const optionOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Each assumption is an option, whose number can have a fraction. */
const NUMBERS = Object.fromEntries(
  Object.entries(ASSUMPTIONS).map(([name, { byDefault, unit, from }]) => {
    const help = `${unit} (${from})`;
    return [optionOf(name), { type: 'string', value: 'N', default: String(byDefault), help } as const];
  }),
);

export const cost = command({
  name: 'cost',
  usage: ['[--orders N] [--stage STAGE] [parameter=value …]'],
  does: `Packages a stage, and prints what a month costs on AWS, with orders and without, and what dominates (docs/cost.md).
The parameters are those of serverless.yml.`,
  options: { stage: { type: 'string', value: 'STAGE', default: 'prod', help: 'the stage' }, ...NUMBERS },
  positionals: { name: 'parameter', min: 0, max: 100 },
  examples: ['npm run cost -- --orders 1000000 --busy-hours 173', 'npm run cost -- database=pg databaseStandby=false'],
  async run({ stage, ...numbers }, parameters) {
    const month = monthOf(readNumbers(numbers));
    const directory = await mkdtemp(join(tmpdir(), 'cost-'));
    try {
      const { template } = await packageStage({ stage, region: REGION, parameters }, directory);
      console.log(costReport([stage, ...parameters].join(' '), readStage(template), month));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

/** @throws UsageError for an invalid number */
function readNumbers(values: Readonly<Record<string, string>>): Partial<Month> {
  return Object.fromEntries(
    Object.keys(ASSUMPTIONS).map((name) => {
      const text = values[optionOf(name)] ?? '';
      const number = Number(text);
      if (text.trim() === '' || !Number.isFinite(number) || number < 0 || (number === 0 && NOT_NONE.has(name)))
        throw new UsageError(`--${optionOf(name)} must be a number${NOT_NONE.has(name) ? ' above 0' : ', 0 or more'}.`);
      return [name, number];
    }),
  );
}

await main(import.meta.filename, (args) => execute(cost, args));
