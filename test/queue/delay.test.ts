import { expect, test } from '@jest/globals';
import { delayFor } from '../../lib/queue/order-queue.ts';

test.each([
  [-1, 0],
  [0, 0],
  [0.001, 1],
  [0.5, 1],
  [0.6, 2],
  [30, 31],
  [899.9, 900],
  [86_400, 900],
])(
  'a message for an order that may start in %d s is delayed by %d s: at least half a second longer, as far as SQS can',
  (wait, delay) => {
    expect(delayFor(wait)).toBe(delay);
  },
);
