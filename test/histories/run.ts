import { randomInt } from 'node:crypto';
import { command } from '../../infra/command.ts';
import { execute, main } from '../../infra/run-command.ts';
import setUp from '../support/global-setup.ts';
import tearDown from '../support/global-teardown.ts';
import { openHistoryLab } from './lab.ts';
import { checkHistories, describeFailure } from './property.ts';
import { countSteps, describeTally } from './report.ts';

/** Histories between two lines about the progress. */
const PROGRESS = 500;

export const histories = command({
  name: 'histories',
  usage: ['[--runs N] [--seed N] [--path P]'],
  does: `Runs random histories against the real use cases and Postgres, checks the invariants after each step, and prints what
happened in them. The exit code is 0 when all invariants held.`,
  options: {
    runs: { type: 'integer', min: 1, max: 100_000_000, default: 1_000, help: 'histories to run' },
    seed: {
      type: 'integer',
      min: -(2 ** 31),
      max: 2 ** 31 - 1,
      help: 'the same seed runs the same histories; random when it is left out',
    },
    path: { type: 'string', value: 'P', help: 'runs the one history that a failed run named' },
  },
  async run({ runs, seed = randomInt(2 ** 31), path }) {
    await setUp();
    try {
      return await runHistories({ runs, seed, ...(path !== undefined && { path }) });
    } finally {
      await tearDown();
    }
  },
});

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
}

async function runHistories(options: Options): Promise<number> {
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

await main(import.meta.filename, (args) => execute(histories, args));
