import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { retryDatabase } from '../../lib/database/retry.ts';
import { DatabaseError, type DatabaseErrorKind } from '../../lib/errors.ts';

const failure = (kind: DatabaseErrorKind) => new DatabaseError(kind, kind, undefined, undefined);

/** Work that fails with these, one a run, and then succeeds. */
function failing(...failures: readonly unknown[]) {
  const left = [...failures];
  let runs = 0;
  return {
    runs: () => runs,
    work: async () => {
      runs += 1;
      if (left.length > 0) throw left.shift();
      return 'done';
    },
  };
}

const GENEROUS = { tries: 10, withinMs: 10_000 };

/** Time that passes only in pauses. */
function recordedClock() {
  const pauses: number[] = [];
  const now = () => pauses.reduce((sum, pause) => sum + pause, 0);
  return { pauses, clock: { now, sleep: async (milliseconds: number) => pauses.push(milliseconds) } };
}

/** Every random pause of this test takes this share of its longest time. */
const pauseFor = (share: number) => jest.spyOn(Math, 'random').mockReturnValue(share);
afterEach(() => void jest.restoreAllMocks());

describe('a retry', () => {
  test('a retry follows a transient failure, and returns the result of the work', async () => {
    const { work, runs } = failing(failure('unavailable'), failure('contention'));

    expect(await retryDatabase(work, GENEROUS)).toBe('done');
    expect(runs()).toBe(3);
  });

  test.each(['refused', 'defect'] as const)('a retry does not follow a permanent failure: %s', async (kind) => {
    const { work, runs } = failing(failure(kind));

    await expect(retryDatabase(work, GENEROUS)).rejects.toMatchObject({ kind });
    expect(runs()).toBe(1);
  });

  test.each([new TypeError('a bug'), undefined])(
    'a retry does not follow a failure outside the database: %s',
    async (error) => {
      const { work, runs } = failing(error);

      await expect(retryDatabase(work, GENEROUS)).rejects.toBe(error);
      expect(runs()).toBe(1);
    },
  );

  test('a retry is limited to a number of attempts, and then the last failure is thrown', async () => {
    const { work, runs } = failing(failure('contention'), failure('unavailable'), failure('contention'));

    await expect(retryDatabase(work, { tries: 2, withinMs: 10_000 })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(runs()).toBe(2);
  });

  test('a retry does not start when the time is over', async () => {
    const { work, runs } = failing(...Array(100).fill(failure('unavailable')));
    const { pauses, clock } = recordedClock();
    pauseFor(1);

    await expect(retryDatabase(work, { tries: 100, withinMs: 150 }, clock)).rejects.toThrow();

    // The next pause is 160 ms.
    expect(pauses).toEqual([40, 80]);
    expect(runs()).toBe(3);
  });

  test.each([0, 0.5])('a retry comes after a random pause, so that colliding callers spread out: %d', async (share) => {
    const { work } = failing(...Array(5).fill(failure('contention')));
    const { pauses, clock } = recordedClock();
    pauseFor(share);

    await retryDatabase(work, GENEROUS, clock);

    expect(pauses).toEqual([40, 80, 160, 320, 640].map((longest) => share * longest));
  });

  test('work that may only be retried after contention is not retried without a reply', async () => {
    const lost = failing(failure('unavailable'));
    const rolledBack = failing(failure('contention'));

    await expect(retryDatabase(lost.work, { ...GENEROUS, only: 'contention' })).rejects.toThrow();
    expect(await retryDatabase(rolledBack.work, { ...GENEROUS, only: 'contention' })).toBe('done');
    expect(lost.runs()).toBe(1);
  });

  test('a retry comes soon after the database is back, however long it was down', async () => {
    const { work } = failing(...Array(14).fill(failure('unavailable')));
    const { pauses, clock } = recordedClock();
    pauseFor(1);

    await retryDatabase(work, { tries: 20, withinMs: 60_000 }, clock);

    expect(Math.max(...pauses)).toBe(1_000);
  });
});
