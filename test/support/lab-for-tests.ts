import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { findInconsistencies } from './consistency.ts';
import { type OrderLab, openOrderLab } from './order-lab.ts';

/** Opens a lab for the tests of a file. After each test its orders must be consistent, and are removed. */
export function labForTests(use: (lab: OrderLab) => void): void {
  let lab: OrderLab;
  beforeAll(async () => {
    lab = await openOrderLab();
    use(lab);
  });
  beforeEach(() => {
    lab.queue.sends.length = 0;
    lab.queue.refuses = () => false;
  });
  afterEach(async () => {
    expect(await findInconsistencies(lab.psql)).toEqual([]);
    await lab.psql.rows('TRUNCATE orders');
  });
  afterAll(() => lab.close());
}
