import { command } from '../../../infra/command.ts';
import { execute, main, report } from '../../../infra/run-command.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { drain } from '../stack/drain.ts';
import { Customers } from './customers.ts';
import { Killer } from './killer.ts';
import { STORM_OPTIONS, type StormOptions, stormOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { isClean, report as reportStorm } from './report.ts';
import { Target } from './target.ts';
import { verify } from './verify.ts';

/** Milliseconds. Recovery takes a second or two; taking longer than this is a fault. */
const RECOVERY_MS = 60_000;

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 5_000;

/** The exit code if the storm could not run. */
const STORM_FAILED = 3;

const stopping = new AbortController();

export const stormCommand = command({
  name: 'storm',
  usage: ['[options]'],
  does: `Kills processes of a separate stack at random under load, and then looks for any order lost, stuck, or completed twice.
The exit code is 0 when there is none and 1 when there is one; 3 means that the storm itself failed.`,
  options: STORM_OPTIONS,
  async run(values) {
    const options = stormOptions(values);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
    let code = STORM_FAILED;
    try {
      code = (await storm(options)) ? 0 : 1;
    } catch (error) {
      report(error, 'storm');
    }
    // Resources that are still open must not keep the process running.
    process.exit(code);
  },
});

/** Rejects when the storm is stopped, so that the throw-away stack is removed. */
function aborted(): Promise<never> {
  return new Promise((_, reject) =>
    stopping.signal.addEventListener('abort', () => reject(new Error('stopped from outside')), { once: true }),
  );
}

/** True if no fault was found. */
async function storm(options: StormOptions): Promise<boolean> {
  console.log(`storm: ${options.kills} kills, ${options.orders} orders, seed ${options.seed}`);
  const target = await Target.start(options, stopping.signal);
  try {
    const { stack } = target;
    // Separate generators, so that the duration of one part does not change what the others choose.
    const killer = new Killer(target, seededRandom(options.seed));
    const customers = new Customers(
      target.apiUrl,
      stack.sqs,
      stack.addresses.queueUrl,
      seededRandom(options.seed + 1),
      `storm-${options.seed}`,
    );
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1_000;
    const tell = (line: string) => console.log(`${seconds().toFixed(0).padStart(6)} s  ${line}`);
    const progress = setInterval(
      () => tell(`${killer.kills} kills, ${killer.stalls} stalls, ${customers.accepted} orders accepted`),
      PROGRESS_MS,
    );
    const storming = Promise.all([
      killer.run(options.kills, options.rate, options.kinds),
      // At the pace of the kills, so that both end at the same time.
      customers.run(options.orders, () => Math.ceil((options.orders * (killer.kills + 1)) / options.kills)),
    ]);
    await Promise.race([storming, aborted()]).finally(() => clearInterval(progress));
    const stormSeconds = seconds();

    // The last kill may have hit it.
    const answers = () => stack.withPsql(() => Promise.resolve(true)).catch(() => false);
    await waitUntil('Postgres answers', answers, RECOVERY_MS);
    await Promise.race([drain(stack, options.patience, tell), aborted()]);
    const drainSeconds = seconds() - stormSeconds;
    const outcome = await verify(stack, customers, target.apiUrl);
    console.log(
      `\n${reportStorm(options, { customers, killer, outcome }, { storm: stormSeconds, drain: drainSeconds })}`,
    );
    return isClean(outcome.findings);
  } finally {
    await target.stop();
  }
}

await main(import.meta.filename, (args) => execute(stormCommand, args));
