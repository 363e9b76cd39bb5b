import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import setUp from '../support/global-setup.ts';
import tearDown from '../support/global-teardown.ts';
import { openHistoryLab } from './lab.ts';
import { checkHistories, describeFailure } from './property.ts';
import { countSteps, describeTally } from './report.ts';

/** `npm run histories`: as many random histories as wanted, and what happened in them. */

const HELP = `npm run histories -- [--runs N] [--seed N] [--path P]

  --runs   histories to run, 1000 by default
  --seed   the same seed runs the same histories; one at random by default
  --path   runs the one history that a failed run named`;

/** Histories between two lines about the progress. */
const PROGRESS = 500;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 1;
  await setUp();
  try {
    return await run(options);
  } finally {
    await tearDown();
  }
}

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
    });
    const runs = Number(values.runs ?? 1_000);
    const seed = Number(values.seed ?? randomInt(2 ** 31));
    if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs must be a whole number from 1');
    if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number');
    return { runs, seed, ...(values.path !== undefined && { path: values.path }) };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return undefined;
  }
}

async function run(options: Options): Promise<number> {
  const lab = await openHistoryLab();
  const began = Date.now();
  let runs = 0;
  const seconds = () => ((Date.now() - began) / 1_000).toFixed(0);
  console.log(`${options.runs} histories of seed ${options.seed}`);
  try {
    const result = await checkHistories(lab, {
      ...options,
      onRun() {
        if (runs > 0 && runs % PROGRESS === 0) console.log(`${runs} histories in ${seconds()} s`);
        runs += 1;
      },
    });
    console.log(describeTally(lab.tally));
    const failures = result.counterexample ? 1 : 0;
    console.log(
      `seed ${result.seed}: ${result.runs} histories, ${countSteps(lab.tally)} steps, ${seconds()} s, ${failures} failures`,
    );
    if (failures > 0) console.log(`\n${describeFailure(result)}`);
    return failures;
  } finally {
    await lab.close();
  }
}
