import { describe, expect, test } from '@jest/globals';
import { decideFailure } from '../../lib/orders/retry-policy.ts';
import { PermanentFailure, TransientFailure } from '../../lib/processors/processor.ts';

const POLICY = { maxAttempts: 5, baseMs: 1_000, maxMs: 60_000 };

const decide = (error: unknown, attempts = 1, aborted = false) => decideFailure(error, attempts, aborted, POLICY);

/** Seconds that a hundred decisions wait: the backoff is random. */
function delays(error: unknown, attempts = 1): number[] {
  return Array.from({ length: 100 }, () => {
    const decision = decide(error, attempts);
    if (decision.status !== 'Pending') throw new Error('no further try');
    return decision.delaySeconds;
  });
}

describe('what follows from a failure', () => {
  test.each([
    ['PermanentFailure', new PermanentFailure('card_declined', 'no'), false, 'Failed', 'card_declined'],
    ['PermanentFailure at the deadline', new PermanentFailure('card_declined', 'no'), true, 'Failed', 'card_declined'],
    ['TransientFailure', new TransientFailure('bank_busy', 'no'), false, 'Pending', 'bank_busy'],
    ['TransientFailure at the deadline', new TransientFailure('bank_busy', 'no'), true, 'Pending', 'bank_busy'],
    ['the deadline', new Error('no'), true, 'Pending', 'timed_out'],
    ['any other error', new Error('no'), false, 'Pending', 'processor_error'],
  ] as const)('%s', (_, error, aborted, status, reasonCode) => {
    expect(decide(error, 1, aborted)).toMatchObject({ status, reasonCode, reason: 'no' });
  });

  test('an order whose budget is used up is Failed with the last code', () => {
    expect(decide(new TransientFailure('bank_busy', 'no'), 4)).toMatchObject({ status: 'Pending' });
    expect(decide(new TransientFailure('bank_busy', 'no'), 5)).toEqual({
      status: 'Failed',
      reasonCode: 'bank_busy',
      reason: 'no',
    });
  });
});

describe('the time until the next attempt', () => {
  test('the backoff doubles up to its limit', () => {
    for (const [attempts, ceiling] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 8],
    ] as const) {
      const seconds = delays(new TransientFailure('bank_busy', 'no'), attempts);
      expect(Math.max(...seconds)).toBeLessThanOrEqual(ceiling);
      expect(Math.max(...seconds)).toBeGreaterThan(ceiling / 2);
    }
  });

  test('a retry comes after retryAfterSeconds, and not for all orders at once', () => {
    const seconds = delays(new TransientFailure('bank_busy', 'no', { retryAfterSeconds: 30 }));

    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(31);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });

  test.each([61, 86_400, Number.POSITIVE_INFINITY])(
    'a retryAfterSeconds of %d is limited to the maximum',
    (retryAfterSeconds) => {
      expect(new Set(delays(new TransientFailure('bank_busy', 'no', { retryAfterSeconds })))).toEqual(new Set([60]));
    },
  );

  test.each([0, -30, Number.NaN])('a retryAfterSeconds of %d leaves the backoff', (retryAfterSeconds) => {
    const seconds = delays(new TransientFailure('bank_busy', 'no', { retryAfterSeconds }));

    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(1);
  });
});

describe('whatever is thrown can be stored', () => {
  test.each([
    ['a string', 'oh no', 'oh no'],
    ['undefined', undefined, 'undefined'],
    ['an object, whose secrets stay where they are', { authorization: 'Bearer x' }, 'an object that is not an Error'],
    ['an object that is not text', Object.create(null), 'an object that is not an Error'],
    ['a message with NUL and half a character', new Error('a\0b\ud83d'), 'ab\ufffd'],
    ['a message that is cut within a character', new Error(`${'x'.repeat(499)}🛒`), `${'x'.repeat(499)}\ufffd`],
  ])('%s', (_, thrown, reason) => {
    expect(decide(thrown)).toMatchObject({ status: 'Pending', reasonCode: 'processor_error', reason });
  });

  test('a code with NUL, a long one and a missing one can be stored', () => {
    expect(decide(new PermanentFailure('a\0b', 'no'))).toMatchObject({ reasonCode: 'ab' });
    expect(decide(new PermanentFailure('x'.repeat(1_000), 'no'))).toMatchObject({ reasonCode: 'x'.repeat(100) });
    expect(decide(new PermanentFailure(undefined as unknown as string, 'no'))).toMatchObject({
      reasonCode: 'undefined',
    });
  });
});
