import { waitUntil } from '../../support/wait-until.ts';
import { drain } from '../stack/drain.ts';
import { Customers } from './customers.ts';
import { Killer } from './killer.ts';
import type { StormOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { report } from './report.ts';
import { Target } from './target.ts';
import { type Findings, verify } from './verify.ts';

/** Milliseconds. Recovery takes a second or two; taking longer than this is a fault. */
const RECOVERY_MS = 60_000;

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 5_000;

/** Rejects when the storm is stopped, so that the throw-away stack is removed. */
function aborted(stopping: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    stopping.addEventListener('abort', () => reject(new Error('stopped from outside')), { once: true }),
  );
}

/**
 * Kills processes of a stack under load until all orders are posted, waits until the stack has drained, and looks for faults.
 * @param print gets progress, and then the report
 */
export async function runStorm(
  options: StormOptions,
  stopping: AbortSignal,
  print: (line: string) => void,
): Promise<Findings> {
  print(`storm: ${options.kills} kills, ${options.orders} orders, seed ${options.seed}`);
  const target = await Target.start(options, stopping);
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
    const tell = (line: string) => print(`${seconds().toFixed(0).padStart(6)} s  ${line}`);
    const progress = setInterval(
      () => tell(`${killer.kills} kills, ${killer.stalls} stalls, ${customers.accepted} orders accepted`),
      PROGRESS_MS,
    );
    const storming = Promise.all([
      killer.run(options.kills, options.rate, options.kinds),
      // At the pace of the kills, so that both end at the same time.
      customers.run(options.orders, () => Math.ceil((options.orders * (killer.kills + 1)) / options.kills)),
    ]);
    await Promise.race([storming, aborted(stopping)]).finally(() => clearInterval(progress));
    const stormSeconds = seconds();

    // The last kill may have hit either of them.
    const respond = async () => (await fetch(`${target.apiUrl}/metrics`)).ok;
    await waitUntil('the API and Postgres respond', () => respond().catch(() => false), RECOVERY_MS);
    await Promise.race([drain(stack, options.patience, tell), aborted(stopping)]);
    const drainSeconds = seconds() - stormSeconds;
    const outcome = await verify(stack, customers, target.apiUrl);
    print(`\n${report(options, { customers, killer, outcome }, { storm: stormSeconds, drain: drainSeconds })}`);
    return outcome.findings;
  } finally {
    await target.stop();
  }
}
