import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMessage, encodeMessage } from '../../lib/queue/message.ts';

describe('the body of a message', () => {
  test('any order id is decoded from a message body as it was, in plain ASCII', () => {
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

  test('a message body is JSON with the id under order_id, readable for people', () => {
    expect(encodeMessage('ORD111')).toBe('{"order_id":"ORD111"}');
  });

  test.each(['', 'not JSON', 'null', '7', '"ORD111"', '[]', '{}', '{"order_id":7}', '{"order_id":null}', '{"id":"a"}'])(
    'a message body that was not sent by this service has no order id: %s',
    (body) => expect(decodeMessage(body)).toBeUndefined(),
  );

  test.each([String.raw`{"order_id":"a\u0000"}`, String.raw`{"order_id":"\ud800"}`])(
    'text that Postgres cannot store is not an order id: %s',
    (body) => expect(decodeMessage(body)).toBeUndefined(),
  );

  test('additional fields in a message body are ignored', () => {
    expect(decodeMessage('{"order_id":"a","added":"later"}')).toBe('a');
  });
});
