import { expect, test } from '@jest/globals';
import { WEIGHTS, type Weighted } from './storm/killer.ts';
import { isClean } from './storm/report.ts';
import { runStorm } from './storm/run-storm.ts';

// `npm run storm` does the same with many more kills.
const SHORT = { kills: 40, orders: 200, rate: 1.5, patience: 60, sabotage: undefined } as const;

/** Milliseconds: after a kill of Postgres, everything waits for its recovery. */
const STORM_MS = 300_000;

test(
  'no order is lost, doubled, stuck or wrongly undone when processes are killed at random under load',
  async () => {
    const lines: string[] = [];
    const kinds = Object.keys(WEIGHTS) as Weighted[];
    // The same choices each time; `npm run storm` makes others.
    const seed = 20261128;
    const findings = await runStorm({ ...SHORT, seed, kinds }, new AbortController().signal, (line) =>
      lines.push(line),
    );
    // The report names the faults and the seed.
    expect(isClean(findings) ? '' : lines.join('\n')).toBe('');
  },
  STORM_MS,
);
