import { waitUntil } from '../support/wait-until.ts';
import { Customers } from './customers.ts';
import { drain } from './drain.ts';
import { Killer } from './killer.ts';
import { readOptions, type StormOptions, USAGE, UsageError } from './options.ts';
import { seededRandom } from './random.ts';
import { isClean, report } from './report.ts';
import { Target } from './target.ts';
import { verify } from './verify.ts';

/** Milliseconds. Recovery takes a second or two; longer than this is a finding. */
const RECOVERY_MS = 60_000;

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 5_000;

// `npm run storm`
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
try {
  const options = readOptions(process.argv.slice(2));
  process.exitCode = (await storm(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 2;
}
process.exit();

/** Whoever waits for it gives the throw-away stack the chance to be removed. */
function aborted(): Promise<never> {
  return new Promise((_, reject) =>
    stopping.signal.addEventListener('abort', () => reject(new Error('stopped from outside')), { once: true }),
  );
}

/** True when nothing was found. */
async function storm(options: StormOptions): Promise<boolean> {
  console.log(`storm: ${options.kills} kills, ${options.orders} orders, seed ${options.seed}`);
  const target = await Target.start(options, stopping.signal);
  try {
    const { stack } = target;
    // Apart, so that how long one takes does not change what the others choose.
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
      // As steadily as the kills, so that both are over at the same time.
      customers.run(options.orders, () => Math.ceil((options.orders * (killer.kills + 1)) / options.kills)),
    ]);
    await Promise.race([storming, aborted()]).finally(() => clearInterval(progress));
    const stormSeconds = seconds();

    // The last kill may have been its own.
    const answers = () => stack.withPsql(() => Promise.resolve(true)).catch(() => false);
    await waitUntil('Postgres answers', answers, RECOVERY_MS);
    await Promise.race([drain(stack, options.patience, tell), aborted()]);
    const drainSeconds = seconds() - stormSeconds;
    const outcome = await verify(stack, customers, target.apiUrl);
    console.log(`\n${report(options, { customers, killer, outcome }, { storm: stormSeconds, drain: drainSeconds })}`);
    return isClean(outcome.findings);
  } finally {
    await target.stop();
  }
}
