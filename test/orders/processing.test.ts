import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setProcessing } from '../../lib/orders/processing.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

test('resuming what was never paused changes nothing, and is not logged', async () => {
  const before = await setProcessing(lab, false, { actor: 'operator', reason: 'to be sure' });
  expect(before).toEqual({ paused: false, since: null, actor: null, reason: null });
  expect(lab.logger.entries).toEqual([]);
});

test('pausing and resuming are logged once each, however often they are asked for', async () => {
  const change = { actor: 'operator', reason: null };
  for (const paused of [true, true, false, false]) await setProcessing(lab, paused, change);

  expect(lab.logger.entries.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'Processing was paused'],
    ['warn', 'Processing was resumed'],
  ]);
});
