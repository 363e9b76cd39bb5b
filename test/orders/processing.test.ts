import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { setProcessing } from '../../lib/orders/processing.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;
let logged: number;

const entries = () => lab.logger.entries.slice(logged);

beforeAll(async () => {
  lab = await openOrderLab();
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE processing_control');
  logged = lab.logger.entries.length;
});
afterAll(() => lab.close());

test('resuming what was never paused changes nothing, and is not logged', async () => {
  const before = await setProcessing(lab, false, { actor: 'operator', reason: 'to be sure' });
  expect(before).toEqual({ paused: false, since: null, actor: null, reason: null });
  expect(entries()).toEqual([]);
});

test('pausing and resuming are logged once each, however often they are asked for', async () => {
  const change = { actor: 'operator', reason: null };
  for (const paused of [true, true, false, false]) await setProcessing(lab, paused, change);

  expect(entries().map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'Processing was paused'],
    ['warn', 'Processing was resumed'],
  ]);
});
