import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type HistoryLab, openHistoryLab } from './lab.ts';
import { checkHistories, describeFailure } from './property.ts';
import { SABOTAGES } from './sabotage.ts';
import '../support/starts-processes.ts';

/** Milliseconds. A failure takes longer than a success: it is shrunk first. */
const TIME_MS = 300_000;

/** More than it takes: the rarest of them needed up to 400, with some seeds. */
const SABOTAGE_RUNS = 1_000;

describe('whatever happens to it', () => {
  let lab: HistoryLab;
  beforeAll(async () => {
    lab = await openHistoryLab();
  });
  afterAll(() => lab.close());

  test(
    'the service keeps its guarantees in 200 random histories',
    async () => {
      const result = await checkHistories(lab, { runs: 200, seed: 20261123 });
      if (result.counterexample) throw new Error(describeFailure(result));
    },
    TIME_MS,
  );

  test('a seed reproduces the same history', async () => {
    const tallies: unknown[] = [];
    for (const _ of ['first', 'again']) {
      const own = await openHistoryLab();
      await checkHistories(own, { runs: 5, seed: 4 }).finally(() => own.close());
      tallies.push(own.tally.entries());
    }
    expect(tallies[1]).toEqual(tallies[0]);
  });
});

describe('the histories are missing something', () => {
  test.each(SABOTAGES)(
    'the histories report a broken guarantee without $name',
    async (sabotage) => {
      const lab = await openHistoryLab(sabotage);
      const result = await checkHistories(lab, { runs: SABOTAGE_RUNS, seed: 1, shrink: false }).finally(() =>
        lab.close(),
      );
      expect(result.counterexample?.problem).toMatch(sabotage.breaks);
    },
    TIME_MS,
  );
});
