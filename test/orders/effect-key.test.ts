import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { effectKey } from '../../lib/orders/effect-key.ts';

describe('the idempotency key of an effect', () => {
  test.each(['order-1', 'a.b.c', 'Zoë 🛒', `${'x'.repeat(254)}\u2028`])(
    'the effect key of %j fits into a header',
    (orderId) => {
      expect(effectKey({ orderId, effectScope: '/1' })).toMatch(/^[\w-]{43}$/);
    },
  );

  test('the effect key differs for each order and scope', () => {
    const keys = [null, '', '/1', '/2', 'shop/1', 'shop/12'].flatMap((effectScope) =>
      ['order-1', 'order-11', 'order-1\u{1F6D2}'].map((orderId) => effectKey({ orderId, effectScope })),
    );

    expect(new Set(keys).size).toBe(keys.length);
  });

  test('the effect key of an order from before ids were unique per owner is the one that receivers already know', () => {
    const known = createHash('sha256').update('order.created:order-1').digest('base64url');

    expect(effectKey({ orderId: 'order-1', effectScope: null })).toBe(known);
  });
});
