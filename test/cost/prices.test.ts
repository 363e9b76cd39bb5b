import { expect, test } from '@jest/globals';
import { PRICES } from '../../tools/cost/prices.ts';

test("the prices match AWS's own examples", () => {
  // 300 million requests to an HTTP API; 100 GiB and 250 million I/O requests of Aurora; 3 million invocations.
  expect(300_000_000 * PRICES.httpApiRequests.usd).toBeCloseTo(300, 6);
  expect(100 * PRICES.auroraStorageGbMonths.usd).toBeCloseTo(10, 10);
  expect(250_000_000 * PRICES.auroraIoRequests.usd).toBeCloseTo(50, 6);
  expect(3_000_000 * PRICES.lambdaRequests.usd).toBeCloseTo(0.6, 10);
});

test.each(Object.entries(PRICES))('the price of %s names its page and what it was checked against', (_, price) => {
  expect(price.usd).toBeGreaterThan(0);
  expect(price.source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  expect(price.checked).not.toBe('');
});
