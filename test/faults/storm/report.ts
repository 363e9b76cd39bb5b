import type { Customers } from './customers.ts';
import type { Killer } from './killer.ts';
import type { StormOptions } from './options.ts';
import type { Findings, Outcome } from './verify.ts';

const NAMES: Readonly<Record<keyof Findings, string>> = {
  lost: 'lost',
  doubled: 'completed twice',
  usurped: 'finished without holding it',
  stuck: 'stuck',
  misended: 'ended wrongly',
  ranAgain: 'recorded steps run again',
  keys: 'effects without their key',
  unfenced: 'steps recorded unheld',
  shippedAndRefunded: 'shipped and refunded',
  undo: 'undone wrongly',
  signals: 'signals lost or contradicted',
  counterDrift: 'counter drift',
  historyDrift: 'history drift',
  unexpected: 'unexpected responses',
};

/** How many examples of a fault are shown. */
const EXAMPLES = 5;

export const isClean = (findings: Findings): boolean => Object.values(findings).every((list) => list.length === 0);

/** The results, beginning with those that must be 0. */
export function report(
  options: StormOptions,
  { customers, killer, outcome }: { customers: Customers; killer: Killer; outcome: Outcome },
  seconds: { storm: number; drain: number },
): string {
  const { findings } = outcome;
  const lines: [string, string | number][] = [
    ...(Object.keys(NAMES) as (keyof Findings)[]).map((key): [string, number] => [NAMES[key], findings[key].length]),
    ['orders accepted', customers.accepted],
    ['orders completed', outcome.completed],
    ...outcome.ends.map(({ end, orders }): [string, number] => [`  ${end}`, orders]),
    ['steps run', `${outcome.effects} (${outcome.effects - outcome.keys} of them again, with the same key)`],
    ['signals and cancellations', customers.followers.responses.length],
    ['unknown outcome', `${outcome.unknownStored} stored, ${outcome.unknownNotStored} not stored`],
    ['requests repeated', customers.retries],
    ['duplicates sent', customers.duplicates],
    ['kills', killer.kills],
    ...Object.entries(killer.counts).map(([kind, { random, step }]): [string, string] => [
      `  ${kind}`,
      `${random + step} (${random} at random, ${step} at a step)`,
    ]),
    ['stalls past the lease', killer.stalls],
    ['orders that lost a worker', `${outcome.crashed} (one of them ${outcome.mostCrashes} times)`],
    ['duration', `${seconds.storm.toFixed(0)} s of storm, ${seconds.drain.toFixed(0)} s until drained`],
    ['seed', options.seed],
    ...(options.sabotage ? [['sabotaged', options.sabotage] as [string, string]] : []),
  ];
  const table = lines.map(([name, value]) => `${name.padEnd(30)}${value}`).join('\n');
  return `${table}\n${examples(findings)}`;
}

function examples(findings: Findings): string {
  return (Object.keys(NAMES) as (keyof Findings)[])
    .filter((key) => findings[key].length > 0)
    .map(
      (key) =>
        `\n${NAMES[key]}:\n${findings[key]
          .slice(0, EXAMPLES)
          .map((line) => `  ${line}\n`)
          .join('')}`,
    )
    .join('');
}
