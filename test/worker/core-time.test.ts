import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { CoreTime } from '../../infra/local/lambda/core-time.ts';
import { waitUntil } from '../support/wait-until.ts';

test('when every core computes without a pause, their time is used up', async () => {
  const busy = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
  try {
    const coreTime = new CoreTime();
    await waitUntil('the time of all cores is used up', () => coreTime.isUsedUp());
    expect(coreTime.isUsedUp()).toBe(true);
  } finally {
    await Promise.all(busy.map((worker) => worker.terminate()));
  }
});
