import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { DatabaseError } from '../../lib/errors.ts';
import { GroupCommit } from '../../lib/orders/group-commit.ts';

/** One operation at a time. */
const ONE = { maxItems: 100, maxOperations: 1, worthAnother: 1 };

/** A group commit whose operations end when the test says so. */
function gatedGroupCommit(limits = ONE) {
  const flushes: { items: readonly string[]; end: (results?: readonly string[]) => void; fail: (e: Error) => void }[] =
    [];
  const group = new GroupCommit<string, string>(limits, (items) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    flushes.push({ items, end: (results = items.map((item) => `${item}!`)) => resolve(results), fail: reject });
    return promise;
  });
  return { group, flushes };
}

describe('group commit', () => {
  test('a lone caller is served at the end of the turn, without waiting for others', async () => {
    const { group, flushes } = gatedGroupCommit();

    void group.add('a');
    await endOfTurn();

    expect(flushes.map(({ items }) => items)).toEqual([['a']]);
  });

  test('callers share an operation as long as each turn brings another', async () => {
    const { group, flushes } = gatedGroupCommit();

    const results = [group.add('a'), Promise.resolve().then(() => group.add('b'))];
    await endOfTurn();
    expect(flushes).toEqual([]);
    results.push(group.add('c'));
    await endOfTurn();
    await endOfTurn();
    flushes[0]?.end();

    expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!']);
    expect(flushes.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
  });

  test('a full group starts, although each turn brings more', async () => {
    const { group, flushes } = gatedGroupCommit({ ...ONE, maxItems: 2 });

    void group.add('a');
    void Promise.resolve().then(() => group.add('b'));
    await endOfTurn();

    expect(flushes.map(({ items }) => items)).toEqual([['a', 'b']]);
  });

  test('a caller that comes during an operation joins the next, and each gets the result of its own item', async () => {
    const { group, flushes } = gatedGroupCommit();
    const first = group.add('a');
    await endOfTurn();
    const others = ['b', 'c'].map((item) => group.add(item));

    flushes[0]?.end();
    expect(await first).toBe('a!');
    await endOfTurn();
    expect(flushes.map(({ items }) => items)).toEqual([['a'], ['b', 'c']]);

    flushes[1]?.end();
    expect(await Promise.all(others)).toEqual(['b!', 'c!']);
  });

  test('a group waits for others as long as configured', async () => {
    const gathered = Promise.withResolvers<void>();
    const flushes: (readonly string[])[] = [];
    const group = new GroupCommit<string, string>(
      ONE,
      async (items) => {
        flushes.push(items);
        return items;
      },
      () => gathered.promise,
    );

    const first = group.add('a');
    await endOfTurn();
    const second = group.add('b');
    expect(flushes).toEqual([]);
    gathered.resolve();

    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
    expect(flushes).toEqual([['a', 'b']]);
  });

  test('no operation exceeds its maximum size, and the rest follows in order', async () => {
    const sizes: number[] = [];
    const group = new GroupCommit<number, number>(ONE, async (items) => {
      sizes.push(items.length);
      return items;
    });
    const numbers = Array.from({ length: 250 }, (_, n) => n);

    expect(await Promise.all(numbers.map((n) => group.add(n)))).toEqual(numbers);
    expect(sizes).toEqual([100, 100, 50]);
  });

  test('another operation starts alongside the current one if enough callers wait, up to a maximum', async () => {
    const { group, flushes } = gatedGroupCommit({ maxItems: 3, maxOperations: 2, worthAnother: 2 });
    const sizes = () => flushes.map(({ items }) => items.length);
    const results = [group.add('a')];
    await endOfTurn();

    results.push(group.add('b'));
    await endOfTurn();
    expect(sizes()).toEqual([1]);
    results.push(group.add('c'));
    await endOfTurn();
    expect(sizes()).toEqual([1, 2]);
    results.push(...['d', 'e', 'f', 'g'].map((item) => group.add(item)));
    await endOfTurn();
    expect(sizes()).toEqual([1, 2]);

    flushes[1]?.end();
    await Promise.all(results.slice(1, 3));
    await endOfTurn();
    expect(sizes()).toEqual([1, 2, 3]);
    flushes[0]?.end();
    flushes[2]?.end();
    await Promise.all(results.slice(0, 6));
    await endOfTurn();
    flushes[3]?.end();
    expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'f!', 'g!']);
    expect(sizes()).toEqual([1, 2, 3, 1]);
  });

  test('a failed operation fails its group and the callers behind it, and the next caller is served', async () => {
    const { group, flushes } = gatedGroupCommit();
    const first = group.add('a');
    await endOfTurn();
    const settled = Promise.allSettled([first, ...['b', 'c'].map((item) => group.add(item))]);

    flushes[0]?.fail(new Error('no disk'));

    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(flushes).toHaveLength(1);
    const next = group.add('next');
    await endOfTurn();
    flushes[1]?.end();
    expect(await next).toBe('next!');
  });

  test('an item that Postgres rejects fails alone: neither its group nor the callers behind it', async () => {
    const refusal = new DatabaseError('no such value', 'refused', '22003', undefined);
    const group = new GroupCommit<string, string>(ONE, async (items) => {
      if (items.includes('bad')) throw refusal;
      return items;
    });

    const results = ['a', 'b', 'bad', 'c', 'd'].map((item) => group.add(item));
    await endOfTurn();
    const behind = group.add('behind');

    const outcomes = await Promise.allSettled(results);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason))).toEqual([
      'a',
      'b',
      refusal,
      'c',
      'd',
    ]);
    expect(await behind).toBe('behind');
  });

  test("a result of a different length than its group is an error, never another caller's result", async () => {
    const { group, flushes } = gatedGroupCommit();
    const result = group.add('a');

    await endOfTurn();
    flushes[0]?.end([]);

    await expect(result).rejects.toThrow('1 items, but 0 results');
  });

  test('an operation that throws before it starts does not affect the next caller', async () => {
    let broken = true;
    const group = new GroupCommit<string, string>(ONE, (items) => {
      if (broken) throw new Error('not yet');
      return Promise.resolve(items);
    });

    await expect(group.add('a')).rejects.toThrow('not yet');
    broken = false;
    expect(await group.add('b')).toBe('b');
  });
});
