import { describe, expect, test } from '@jest/globals';
import { charge, PRICES } from '../../tools/cost/prices.ts';

const toCents = (usd: number) => Number(usd.toFixed(2));

describe("AWS's own examples come out as on its price pages", () => {
  test("the price of Lambda matches AWS's example: 3 million runs of 120 ms with 1,536 MB on x86 are $2.73", () => {
    const { free } = PRICES.lambdaGbSeconds;
    const onX86 = { free, tiers: [{ upTo: Number.POSITIVE_INFINITY, usd: 0.000_016_666_7 }] };
    expect(toCents(charge(3_000_000 * 0.12 * (1_536 / 1_024), onX86))).toBe(2.33);
    expect(charge(3_000_000, PRICES.lambdaRequests)).toBeCloseTo(0.4, 10);
  });

  test('the price of Lambda matches an older AWS example: 3 million runs of 1 s with 512 MB are $18.74', () => {
    const { free } = PRICES.lambdaGbSeconds;
    const before = { free, tiers: [{ upTo: Number.POSITIVE_INFINITY, usd: 0.000_016_67 }] };
    const compute = charge(3_000_000 * 1 * (512 / 1_024), before);
    expect(toCents(compute + charge(3_000_000, PRICES.lambdaRequests))).toBe(18.74);
  });

  test("the price of API Gateway matches AWS's example: of 432 million requests to an HTTP API, 300 million are $1.00 and 132 million $0.90 per million", () => {
    expect(charge(432_000_000, PRICES.httpApiRequests)).toBeCloseTo(300 * 1 + 132 * 0.9, 6);
  });

  test("the price of Aurora matches AWS's example: 100 GiB at $0.10 and 250 million I/O requests at $0.20 per million are $10 and $50", () => {
    expect(charge(100, PRICES.auroraStorageGbMonths)).toBeCloseTo(10, 10);
    expect(charge(250_000_000, PRICES.auroraIoRequests)).toBeCloseTo(50, 10);
  });
});

describe('A price in tiers', () => {
  const price = {
    free: 10,
    tiers: [
      { upTo: 100, usd: 3 },
      { upTo: 300, usd: 2 },
      { upTo: Number.POSITIVE_INFINITY, usd: 1 },
    ],
  };

  test.each([
    ['nothing', 0, 0],
    ['no more than is free', 10, 0],
    ['the first unit that is billed', 11, 3],
    ['all of the first tier', 110, 300],
    ['a unit of the second', 111, 302],
    ['all of two tiers', 310, 700],
    ['and beyond', 410, 800],
  ])('a price in tiers for %s', (_, amount, usd) => {
    expect(charge(amount, price)).toBe(usd);
  });

  test('a price in tiers rises to the last unit, and names its source', () => {
    for (const [meter, { tiers, source, checked }] of Object.entries(PRICES)) {
      const bounds = tiers.map(({ upTo }) => upTo);
      expect([meter, bounds]).toEqual([meter, [...bounds].sort((a, b) => a - b)]);
      expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(checked).not.toBe('');
    }
  });
});
