import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { execute, main } from '../../infra/run-command.ts';
import { UsageError } from '../../infra/user-error.ts';
import { packageStage } from '../checks/package-stage.ts';
import { ASSUMPTION_NAMES, ASSUMPTIONS, type Month, monthOf } from './assumptions.ts';
import { REGION } from './prices.ts';
import { costReport, optionOf } from './report.ts';
import { readStage } from './stage.ts';

/** Assumptions that are divisors. */
const NOT_NONE: ReadonlySet<keyof Month> = new Set(['orders', 'busyHours', 'pollers', 'pollSeconds']);

const DRIVERS = ['data-api', 'pg'] as const;

export const cost = command({
  name: 'cost',
  usage: ['[--orders N] [--stage STAGE] [--database data-api|pg] [--free] [--<assumption> N …]'],
  does: `Prints what a month of orders costs on AWS, line by line, with every assumption and its source (docs/cost.md).`,
  options: {
    stage: { type: 'string', value: 'STAGE', default: 'prod', help: 'the stage whose template is packaged and read' },
    database: { type: 'choice', choices: DRIVERS, default: 'data-api', help: 'how the functions reach the database' },
    free: { type: 'boolean', help: 'takes off what AWS gives every account for nothing' },
    ...assumptionOptions(),
  },
  async run({ stage, database: driver, free, ...assumptions }) {
    const month = monthOf(readAssumptions(assumptions));
    const directory = await mkdtemp(join(tmpdir(), 'cost-'));
    try {
      const { template } = await packageStage({ stage, driver, region: REGION }, directory);
      console.log(costReport(`${stage} (${driver})`, readStage(template), month, { freeAmounts: free }));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

/** An option for each assumption, whose number can have a fraction. */
function assumptionOptions() {
  const options = ASSUMPTION_NAMES.map((key) => {
    const { byDefault, unit } = ASSUMPTIONS[key];
    return [optionOf(key), { type: 'string', value: 'N', default: String(byDefault), help: unit }];
  });
  return Object.fromEntries(options) as Record<
    string,
    { type: 'string'; value: string; default: string; help: string }
  >;
}

/** @throws UsageError for an invalid number */
function readAssumptions(values: Readonly<Record<string, string | undefined>>): Partial<Month> {
  const given = ASSUMPTION_NAMES.flatMap((key) => {
    const text = values[optionOf(key)];
    if (text === undefined) return [];
    const number = Number(text);
    const isPossible = text.trim() !== '' && Number.isFinite(number) && number >= 0;
    if (!isPossible || (number === 0 && NOT_NONE.has(key)))
      throw new UsageError(`--${optionOf(key)} must be a number${NOT_NONE.has(key) ? ' above 0' : ', 0 or more'}.`);
    return [[key, number]];
  });
  return Object.fromEntries(given);
}

await main(import.meta.filename, (args) => execute(cost, args));
