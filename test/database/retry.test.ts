import { describe, expect, jest, test } from '@jest/globals';
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

    await expect(retryDatabase(work, { tries: Number.POSITIVE_INFINITY, withinMs: 150 })).rejects.toThrow();

    expect(runs()).toBeGreaterThan(1);
    expect(runs()).toBeLessThan(50);
  });

  test('a retry comes after a random pause, so that colliding callers spread out', async () => {
    const realRandom = Math.random;
    const elapsedWith = async (chance: number) => {
      Math.random = () => chance;
      const begunAt = performance.now();
      try {
        await retryDatabase(failing(...Array(5).fill(failure('contention'))).work, GENEROUS);
      } finally {
        Math.random = realRandom;
      }
      return performance.now() - begunAt;
    };
    const shortest = await elapsedWith(0);
    const longest = await elapsedWith(0.999);

    // 40 + 80 + 160 + 320 + 640 ms, against no pause at all.
    expect(longest).toBeGreaterThan(1_230);
    expect(longest - shortest).toBeGreaterThan(600);
  });

  test('work that may only be retried after contention is not retried without a reply', async () => {
    const lost = failing(failure('unavailable'));
    const rolledBack = failing(failure('contention'));

    await expect(retryDatabase(lost.work, { ...GENEROUS, only: 'contention' })).rejects.toThrow();
    expect(await retryDatabase(rolledBack.work, { ...GENEROUS, only: 'contention' })).toBe('done');
    expect(lost.runs()).toBe(1);
  });

  test('a retry comes soon after the database is back, however long it was down', async () => {
    // Without a bound the last pauses would take seconds, even with this little of each.
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.02);
    const { work } = failing(...Array(14).fill(failure('unavailable')));
    const begunAt = performance.now();

    await retryDatabase(work, { tries: 20, withinMs: 60_000 });

    random.mockRestore();
    expect(performance.now() - begunAt).toBeLessThan(3_000);
  });
});
