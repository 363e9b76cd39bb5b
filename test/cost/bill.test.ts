import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { type Month, monthOf } from '../../tools/cost/assumptions.ts';
import { PRICES } from '../../tools/cost/prices.ts';
import { type Bill, billOf } from '../../tools/cost/report.ts';
import { readStage } from '../../tools/cost/stage.ts';
import type { Cause } from '../../tools/cost/usage.ts';
import { TEMPLATE } from './stage-template.ts';

const STAGE = readStage(TEMPLATE);
const GB_SECOND = PRICES.lambdaGbSeconds.usd;

/** 100 orders per second and poller fill batches of 25; a million of them take 2,000 s. */
const FULL_BATCHES = { busyHours: 2_000 / 3_600, coldStarts: 0, databaseMs: 10, sendMs: 10, createCpuMs: 2.2 };

const billed = (month: Partial<Month>) => billOf(STAGE, monthOf(month));

function usd({ lines }: Bill, cause: Cause, what: string): number {
  return lines.filter((line) => line.cause === cause && line.what === what).reduce((sum, line) => sum + line.usd, 0);
}

describe('A month of orders', () => {
  const bill = billed(FULL_BATCHES);

  test('a month of orders costs the manually calculated price of its requests', () => {
    expect(usd(bill, 'orders', 'HTTP API')).toBeCloseTo(1, 10);
    expect(usd(bill, 'orders', 'sends')).toBeCloseTo(0.4, 10);
    // 40,000 batches of 25 are three receives and three deletes of at most ten messages each.
    expect(usd(bill, 'orders', 'receives and deletes')).toBeCloseTo(0.096, 10);
    // 5 pollers × 3 per minute × 43,800 minutes.
    expect(usd(bill, 'month', 'polls of an empty queue')).toBeCloseTo(0.2628, 10);
    // An invocation, and 0.13 ms of CPU × 1,769 / 512 MB, billed as 1 ms.
    expect(usd(bill, 'orders', 'authorize')).toBeCloseTo(0.2 + 1_000_000 * 0.001 * (512 / 1_024) * GB_SECOND, 8);
  });

  test('a month of orders costs its function time, by the whole millisecond', () => {
    // 10 ms + 10 ms + 2.2 ms of a whole processor are 23 ms with 1,769 MB.
    const gbSeconds = 1_000_000 * 0.023 * (1_769 / 1_024);
    expect(usd(bill, 'orders', 'createOrder')).toBeCloseTo(0.2 + gbSeconds * GB_SECOND, 8);
    // Two seconds for each of 40,000 batches with 1 GB.
    expect(bill.of('processor')).toBeCloseTo(80_000 * GB_SECOND, 8);
  });

  test('half of the memory doubles the CPU time, but not the waiting time', () => {
    const half = billOf({ ...STAGE, memory: () => 1_769 / 2 }, monthOf(FULL_BATCHES));
    // 10 ms + 10 ms + 4.4 ms are 25 ms.
    const gbSeconds = 1_000_000 * 0.025 * (1_769 / 2 / 1_024);
    expect(usd(half, 'orders', 'createOrder')).toBeCloseTo(0.2 + gbSeconds * GB_SECOND, 8);
  });

  test('a month of orders costs its logs, and their storage for as long as they are kept; the authorizer writes none', () => {
    const { createLogBytes, lambdaLogBytes } = monthOf();
    const gb = (1_000_000 * (createLogBytes + lambdaLogBytes)) / 2 ** 30;
    expect(usd(bill, 'orders', 'log of createOrder')).toBeCloseTo(gb * (0.5 + 0.15 * (30 / (730 / 24)) * 0.03), 8);
    expect(usd(bill, 'orders', 'log of authorize')).toBe(0);
  });

  test('a month of orders costs the database by the hour, and the Data API by the statement', () => {
    expect(usd(bill, 'database', 'capacity')).toBeCloseTo(730 * 0.5 * 0.12, 8);
    // 10 keys in 5 authorizers, each looked up every 30 s.
    const keyLookUps = (10 * 5 * 2_000) / 30;
    const statements = 1_000_000 + 1_000_000 + 2 * 40_000 + 4 * 43_800 + keyLookUps;
    expect(usd(bill, 'database', 'statements')).toBeCloseTo((statements * 0.35) / 1_000_000, 8);
  });

  test('I/O-Optimized storage costs 30 % more for capacity, 125 % more for storage, and nothing for I/O', () => {
    const database = { instances: 2, minAcu: 0.5, isOptimized: true };
    const optimized = billOf({ ...STAGE, database }, monthOf(FULL_BATCHES));
    expect(usd(optimized, 'database', 'capacity')).toBeCloseTo(2 * 730 * 0.5 * 0.12 * 1.3, 8);
    expect(usd(optimized, 'database', 'storage')).toBeCloseTo(usd(bill, 'database', 'storage') * 2.25, 8);
    expect(usd(optimized, 'database', 'I/O')).toBe(0);
  });

  test('a standby costs as much as the writer, busy or not', () => {
    const two = { instances: 2, minAcu: 0.5, isOptimized: false };
    for (const acu of [0, 8]) {
      const capacity = (database: NonNullable<typeof STAGE.database>) =>
        usd(billOf({ ...STAGE, database }, monthOf({ acu })), 'database', 'capacity');
      expect(capacity(two)).toBeCloseTo(2 * capacity({ ...two, instances: 1 }), 8);
      expect(capacity(two)).toBeCloseTo(2 * Math.max(acu, 0.5) * 730 * 0.12, 8);
    }
  });

  test('a month costs at most one read of the secret per statement, and provisioned pollers by the hour', () => {
    const reads = billOf(STAGE, monthOf({ ...FULL_BATCHES, secretReads: 1 }));
    const statements = usd(bill, 'database', 'statements') / (0.35 / 1_000_000);
    const atMost = statements * (0.35 / 1_000_000 + 0.05 / 10_000);
    expect(usd(reads, 'database', 'statements')).toBeCloseTo(atMost, 8);
    const polled = billOf({ ...STAGE, provisionedPollers: 3 }, monthOf(FULL_BATCHES));
    expect(polled.total - bill.total).toBeCloseTo(3 * 730 * 0.00925, 8);
  });

  test('the cost of a month is the sum of its causes', () => {
    expect(bill.of('orders', 'reads', 'month', 'processor', 'database')).toBeCloseTo(bill.total, 8);
  });

  test('an order costs more the slower orders arrive', () => {
    const perOrder = [1, 10, 100, 730].map((busyHours) => billed({ busyHours }).of('orders', 'processor'));
    expect(perOrder).toEqual([...perOrder].sort((a, b) => a - b));
  });

  test('a month without reads costs nothing for reads', () => {
    expect(billed({ readsPerOrder: 0 }).of('reads')).toBe(0);
  });
});

test('the simulated work in the cost model is the default of the processor', () => {
  const config = loadConfig({ DATABASE_URL: 'postgres://u@h/d', QUEUE_URL: 'https://queue', AUTH: 'none' });
  expect(monthOf().processorMs).toBe(config.PROCESSING_DELAY_MS);
});
