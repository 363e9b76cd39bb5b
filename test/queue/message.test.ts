import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMessage, encodeMessage } from '../../lib/queue/message.ts';

describe('the body of a message', () => {
  test('any order id comes back as it was, from plain ASCII', () => {
    // Postgres text holds any character but NUL.
    const anyOrderId = fc.string({ unit: 'binary', maxLength: 255 }).filter((orderId) => !orderId.includes('\0'));
    fc.assert(
      fc.property(anyOrderId, (orderId) => {
        const body = encodeMessage(orderId);
        expect(body).toMatch(/^[\x20-\x7f]+$/);
        expect(decodeMessage(body)).toBe(orderId);
      }),
    );
  });

  test('it is JSON with the id under order_id, so that people can read it', () => {
    expect(encodeMessage('ORD111')).toBe('{"order_id":"ORD111"}');
  });

  test.each(['', 'not JSON', 'null', '7', '"ORD111"', '[]', '{}', '{"order_id":7}', '{"order_id":null}', '{"id":"a"}'])(
    'a body that is none of ours has no order id: %s',
    (body) => expect(decodeMessage(body)).toBeUndefined(),
  );

  test.each([String.raw`{"order_id":"a\u0000"}`, String.raw`{"order_id":"\ud800"}`])(
    'text that Postgres cannot hold is no order id: %s',
    (body) => expect(decodeMessage(body)).toBeUndefined(),
  );

  test('further fields do no harm', () => {
    expect(decodeMessage('{"order_id":"a","added":"later"}')).toBe('a');
  });
});
