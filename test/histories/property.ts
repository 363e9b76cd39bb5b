import fc from 'fast-check';
import type { HistoryLab } from './lab.ts';
import { runHistory } from './run-history.ts';
import { type History, histories } from './steps.ts';
import { Violation } from './world.ts';

export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** Where a counterexample of this seed is, as an earlier check said. */
  readonly path?: string;
  /** Whether to look for the shortest counterexample. */
  readonly shrink?: boolean;
  /** Told each history before it runs. */
  readonly onRun?: () => void;
}

export interface CheckResult {
  readonly seed: number;
  readonly runs: number;
  readonly shrinks: number;
  /** The shortest found; undefined when every promise was kept. */
  readonly counterexample?: { readonly path: string; readonly history: History; readonly problem: string };
}

/** Runs random histories until one breaks a promise. The same seed runs the same ones. */
export async function checkHistories(
  lab: HistoryLab,
  { runs, seed, path, shrink = true, onRun = () => {} }: CheckOptions,
): Promise<CheckResult> {
  const property = fc.asyncProperty(histories, async (history) => {
    onRun();
    await runHistory(lab, history);
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !shrink,
    ...(path !== undefined && { path }),
  });
  const result = { seed, runs: details.numRuns, shrinks: details.numShrinks };
  if (!details.failed) return result;
  const { counterexample, counterexamplePath, errorInstance } = details;
  if (!counterexample || counterexamplePath === null) throw errorInstance;
  const isViolation = errorInstance instanceof Violation;
  const problem = isViolation ? errorInstance.message : String((errorInstance as Error).stack ?? errorInstance);
  return { ...result, counterexample: { path: counterexamplePath, history: counterexample[0], problem } };
}

/** What a person needs to know of a failed check. */
export function describeFailure({ seed, runs, shrinks, counterexample }: CheckResult): string {
  if (!counterexample) return '';
  const { path, history, problem } = counterexample;
  return `history ${runs} of seed ${seed} breaks a promise (after ${shrinks} shrinks):

${problem}

its processors: ${history.natures.join(', ')}
replay it: npm run histories -- --seed ${seed} --path ${path}`;
}
