/** `npm run cost -- --orders 1000000`: what a month of orders costs on a stage, from AWS's list prices. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PackagingError, packageStage } from '../checks/package-stage.ts';
import { UsageError } from '../cli/usage-error.ts';
import { ASSUMPTION_NAMES, type Month, monthOf } from './assumptions.ts';
import { REGION } from './prices.ts';
import { costReport, optionOf } from './report.ts';
import { readStage } from './stage.ts';

const HELP = `npm run cost -- [--orders 1000000] [--stage prod] [--database data-api|pg] [--free] [--<assumption> <number> …]

  --stage      whose template is packaged and read; by default prod
  --database   how the functions reach it; by default data-api
  --free       takes off what AWS gives every account for nothing

Without any option it prints every assumption with its option.`;

/** By these something is divided. */
const NOT_NONE: ReadonlySet<keyof Month> = new Set(['orders', 'busyHours', 'pollers', 'pollSeconds']);

const DRIVERS = ['data-api', 'pg'] as const;

try {
  await main(process.argv.slice(2));
} catch (error) {
  const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (error instanceof UsageError || wrongOption) console.error(`${(error as Error).message}\n\n${HELP}`);
  else console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = 1;
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: optionsOf() });
  if (values.help) return console.log(HELP);
  const month = monthOf(readAssumptions(values));
  const driver = DRIVERS.find((known) => known === values.database);
  if (!driver) throw new UsageError(`--database must be ${DRIVERS.join(' or ')}.`);
  const stage = String(values.stage);
  const directory = await mkdtemp(join(tmpdir(), 'cost-'));
  try {
    const { template } = await packageStage({ stage, driver, region: REGION }, directory);
    console.log(costReport(`${stage} (${driver})`, readStage(template), month, { freeAmounts: Boolean(values.free) }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function optionsOf() {
  const assumptions = ASSUMPTION_NAMES.map((key) => [optionOf(key), { type: 'string' as const }]);
  return {
    stage: { type: 'string' as const, default: 'prod' },
    database: { type: 'string' as const, default: 'data-api' },
    free: { type: 'boolean' as const, default: false },
    help: { type: 'boolean' as const, default: false },
    ...(Object.fromEntries(assumptions) as Record<string, { type: 'string' }>),
  };
}

/** @throws UsageError for what is no number, or none that can be. */
function readAssumptions(values: Values): Partial<Month> {
  const given = ASSUMPTION_NAMES.flatMap((key) => {
    const text = values[optionOf(key)];
    if (text === undefined) return [];
    const number = Number(text);
    const isPossible = typeof text === 'string' && text.trim() !== '' && Number.isFinite(number) && number >= 0;
    if (!isPossible || (number === 0 && NOT_NONE.has(key)))
      throw new UsageError(`--${optionOf(key)} must be a number${NOT_NONE.has(key) ? ' above 0' : ', 0 or more'}.`);
    return [[key, number]];
  });
  return Object.fromEntries(given);
}
