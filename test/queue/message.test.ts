import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderKey } from '../../lib/order-key.ts';
import { decodeMessage, encodeMessage, encodePack, type Task } from '../../lib/queue/message.ts';

const idsIn = (body: string) => decodeMessage(body).tasks.map(({ key }) => key);

describe('the body of a message', () => {
  test('any order id is decoded from a message body as it was, in plain ASCII', () => {
    // Postgres text holds any character but NUL.
    const anyOrderId = fc.string({ unit: 'binary', maxLength: 255 }).filter((orderId) => !orderId.includes('\0'));
    fc.assert(
      fc.property(anyOrderId, (orderId) => {
        const body = encodeMessage(orderId);
        expect(body).toMatch(/^[\x20-\x7f]+$/);
        expect(decodeMessage(body)).toEqual({ tasks: [{ key: orderId }], isValid: true });
      }),
      { seed: 25 },
    );
  });

  test('a message body is JSON with the id under order_id, readable for people', () => {
    expect(encodeMessage('ORD111')).toBe('{"order_id":"ORD111"}');
  });

  test.each(['', 'not JSON', 'null', '7', '"ORD111"', '[]', '{}', '{"order_id":7}', '{"order_id":null}', '{"id":"a"}'])(
    'a message body that was not sent by this service has no order id: %s',
    (body) => expect(decodeMessage(body)).toEqual({ tasks: [], isValid: false }),
  );

  test.each([String.raw`{"order_id":"a\u0000"}`, String.raw`{"order_id":"\ud800"}`])(
    'text that Postgres cannot store is not an order id: %s',
    (body) => expect(decodeMessage(body)).toEqual({ tasks: [], isValid: false }),
  );

  test('additional fields in a message body are ignored', () => {
    expect(idsIn('{"order_id":"a","added":"later"}')).toEqual(['a']);
  });
});

describe('the body of a message about several orders', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test('a message about several orders is read as it was, in plain ASCII, with the owner, trace and hops of each', () => {
    const text = fc.string({ unit: 'binary', maxLength: 255 }).filter((any) => !any.includes('\0'));
    const task = fc.record({
      key: fc.tuple(text, text).map(([orderId, owner]) => orderKey({ orderId, owner })),
      traceparent: fc.constantFrom(undefined, traceparent),
      hops: fc.nat(99),
    });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1 }), (tasks) => {
        const body = encodePack(tasks);
        expect(body).toMatch(/^[\x20-\x7f]+$/);
        expect(decodeMessage(body)).toEqual({ tasks, isValid: true });
      }),
      { seed: 26 },
    );
  });

  test('a message about several orders is readable for people, and says nothing that all orders lack', () => {
    const tasks: Task[] = [{ key: 'ORD111' }, { key: 'ORD112', traceparent: undefined, hops: 0 }];
    expect(encodePack(tasks)).toBe('{"order_ids":["ORD111","ORD112"]}');
    expect(encodePack([{ key: 'ORD111' }, { key: orderKey({ orderId: 'ORD1', owner: 'shop' }), hops: 2 }])).toBe(
      '{"order_ids":["ORD111","ORD1"],"owners":["","shop"],"hops":[0,2]}',
    );
  });

  test.each([
    ['{"order_ids":["a",7,"b"]}', ['a', 'b']],
    [String.raw`{"order_ids":["a","b\u0000"]}`, ['a']],
    [String.raw`{"order_ids":["\ud800","b"],"owners":["",""]}`, ['b']],
    ['{"order_ids":["a","b"],"owners":["",7]}', ['a']],
    ['{"order_ids":[["a"],"b"]}', ['b']],
  ])('a malformed order of a message makes it invalid and leaves the others: %s', (body, ids) => {
    expect(idsIn(body)).toEqual(ids);
    expect(decodeMessage(body).isValid).toBe(false);
  });

  test.each([
    '{"order_ids":[]}',
    '{"order_ids":"a"}',
    '{"order_ids":null,"order_id":"a"}',
    '{"order_ids":{"0":"a"}}',
    '{"order_ids":["a","b"],"owners":["shop"]}',
    '{"order_ids":["a","b"],"owners":"shop"}',
    '{"order_ids":["a","b"],"owners":null}',
  ])('a message whose orders or owners cannot be read names no order: %s', (body) => {
    expect(decodeMessage(body)).toEqual({ tasks: [], isValid: false });
  });

  test.each(['"traceparents":["x",7]', '"traceparents":7', '"hops":[-1,"2"]', '"hops":[1]', '"hops":[0.5,1e300]'])(
    'a trace or hops that cannot be read are left out, because the order does not depend on them: %s',
    (column) => {
      const none = { traceparent: undefined, hops: 0 };
      expect(decodeMessage(`{"order_ids":["a","b"],${column}}`)).toEqual({
        tasks: [
          { key: 'a', ...none },
          { key: 'b', ...none },
        ],
        isValid: true,
      });
    },
  );
});
