import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { effectKey } from '../../lib/orders/effect-key.ts';

describe('the idempotency key of an effect', () => {
  test.each(['order-1', 'a.b.c', 'Zoë 🛒', `${'x'.repeat(254)}\u2028`])(
    'the effect key of %j fits into a header',
    (orderId) => {
      expect(effectKey({ orderId, owner: '', run: 1 })).toMatch(/^[\w-]{43}$/);
    },
  );

  test('the effect key differs for each order, owner and run', () => {
    const keys = [0, 1, 2, 12].flatMap((run) =>
      ['order-1', 'order-11', 'order-1\u{1F6D2}'].flatMap((orderId) =>
        ['', 'shop', 'shop1'].map((owner) => effectKey({ orderId, owner, run })),
      ),
    );

    // Run 0 of any owner and run 1 without an owner share the key that the order id alone gave.
    expect(new Set(keys).size).toBe(keys.length - 9);
  });

  test.each([
    ['a first run without an owner', { owner: '', run: 1 }],
    ['an order from before runs were counted', { owner: 'shop', run: 0 }],
  ])('the effect key for %s is the one that receivers already know', (_, values) => {
    const known = createHash('sha256').update('order.created:order-1').digest('base64url');

    expect(effectKey({ orderId: 'order-1', ...values })).toBe(known);
  });
});
