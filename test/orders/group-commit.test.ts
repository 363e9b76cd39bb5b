import { describe, expect, test } from '@jest/globals';
import { GroupCommit } from '../../lib/orders/group-commit.ts';

/** A group commit whose operations end when the test says so. */
function gatedGroupCommit(maxItems = 100) {
  const flushes: { items: readonly string[]; end: (results?: readonly string[]) => void; fail: (e: Error) => void }[] =
    [];
  const group = new GroupCommit<string, string>(maxItems, (items) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    flushes.push({ items, end: (results = items.map((item) => `${item}!`)) => resolve(results), fail: reject });
    return promise;
  });
  return { group, flushes };
}

describe('group commit', () => {
  test('a lone caller is served in the same turn, without waiting for company', () => {
    const { group, flushes } = gatedGroupCommit();

    void group.add('a');

    expect(flushes.map(({ items }) => items)).toEqual([['a']]);
  });

  test('whoever comes while an operation is under way joins the next, and each gets the result of its own item', async () => {
    const { group, flushes } = gatedGroupCommit();
    const results = ['a', 'b', 'c'].map((item) => group.add(item));

    flushes[0]?.end();
    expect(await results[0]).toBe('a!');
    expect(flushes.map(({ items }) => items)).toEqual([['a'], ['b', 'c']]);

    flushes[1]?.end();
    expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!']);
  });

  test('no operation takes more than its bound, and the rest follows in order', async () => {
    const sizes: number[] = [];
    const group = new GroupCommit<number, number>(100, async (items) => {
      sizes.push(items.length);
      return items;
    });
    const numbers = Array.from({ length: 250 }, (_, n) => n);

    expect(await Promise.all(numbers.map((n) => group.add(n)))).toEqual(numbers);
    expect(sizes).toEqual([1, 100, 100, 49]);
  });

  test('an operation that fails fails its group and whoever waits behind it, and the next caller is served', async () => {
    const { group, flushes } = gatedGroupCommit();
    const settled = Promise.allSettled(['a', 'b', 'c'].map((item) => group.add(item)));

    flushes[0]?.fail(new Error('no disk'));

    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(flushes).toHaveLength(1);
    const next = group.add('next');
    flushes[1]?.end();
    expect(await next).toBe('next!');
  });

  test('an answer of another length than its group is an error, not somebody else’s result', async () => {
    const { group, flushes } = gatedGroupCommit();
    const result = group.add('a');

    flushes[0]?.end([]);

    await expect(result).rejects.toThrow('1 items, but 0 results');
  });

  test('an operation that throws before it starts leaves the next caller served', async () => {
    let broken = true;
    const group = new GroupCommit<string, string>(10, (items) => {
      if (broken) throw new Error('not yet');
      return Promise.resolve(items);
    });

    await expect(group.add('a')).rejects.toThrow('not yet');
    broken = false;
    expect(await group.add('b')).toBe('b');
  });
});
