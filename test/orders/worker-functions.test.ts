import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeMessage, encodePack } from '../../lib/queue/message.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { connectPsql } from '../support/psql.ts';

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions({ settings: { RESEND_AFTER_SECONDS: '1', RETENTION_DAYS: '30' } });
});

afterEach(async () => {
  expect(await findInconsistencies(service.psql)).toEqual([]);
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
});

afterAll(() => service.close());

const order = (orderId: string) => ({ order_id: orderId, user_id: 1, item_ids: [1], total_amount: 9.5 });

async function statusOf(orderId: string): Promise<unknown> {
  return (await service.getOrder(orderId)).body.status;
}

describe('the worker function', () => {
  test('the worker function completes what the create function has sent', async () => {
    await service.post(order('a'));
    await service.post(order('b'));
    const messages = await service.receiveMessages();
    expect(messages).toHaveLength(2);

    expect(await service.deliver(messages)).toEqual([]);

    expect(await statusOf('a')).toBe('Completed');
    expect(await statusOf('b')).toBe('Completed');
  });

  test('the worker function acknowledges duplicates of a message, in one batch and in later ones', async () => {
    await service.post(order('a'));
    const message = encodeMessage('a');

    expect(await service.deliver([message, message, message])).toEqual([]);
    expect(await service.deliver([message])).toEqual([]);

    expect(await service.psql.value(`SELECT token::integer FROM orders`)).toBe(1);
  });

  test('the worker function records its invocation in the history', async () => {
    await service.post(order('a'));
    await service.deliver([encodeMessage('a')]);

    expect(await service.psql.value(`SELECT actor FROM order_history WHERE to_status = 'Completed'`)).toMatch(
      /^worker:orders-test c6af9ac6-7b61-11e6-9a41-93e8deadbeef/,
    );
  });

  const poison: [string, string][] = [
    ['nothing', ''],
    ['no JSON', 'not json'],
    ['JSON that is not an object', '"a"'],
    ['null', 'null'],
    ['a list', '[{"order_id":"a"}]'],
    ['an object without an id', '{"id":"a"}'],
    ['an id that is not a string', '{"order_id":7}'],
    ['an id with NUL', String.raw`{"order_id":"a\u0000b"}`],
    ['an id with a lone surrogate', String.raw`{"order_id":"\ud800"}`],
    ['an id with surrogates in the wrong order', String.raw`{"order_id":"\udc00\ud800"}`],
    ['an id that is empty', '{"order_id":""}'],
    ['an id that nobody has', '{"order_id":"never posted"}'],
    ['an id of a million characters', JSON.stringify({ order_id: 'x'.repeat(1_000_000) })],
    ['deep nesting', '['.repeat(500_000)],
    ['a prototype', '{"__proto__":{"order_id":"a"}}'],
    ['an empty list of ids', '{"order_ids":[]}'],
    ['ids without their owners', '{"order_ids":["c","d"],"owners":[""]}'],
  ];
  for (const [what, body] of poison)
    test(`the worker function returns a message of ${what}, and completes the others`, async () => {
      await service.post(order('a'));
      await service.post(order('b'));

      expect(await service.deliver([encodeMessage('a'), body, encodeMessage('b')])).toEqual([1]);

      expect(await statusOf('a')).toBe('Completed');
      expect(await statusOf('b')).toBe('Completed');
    });

  const strangers: [string, unknown][] = [
    ['an order that nobody has', 'never posted'],
    ['an id that is not a string', 7],
    ['an id with NUL', 'b\0'],
    ['an id with a lone surrogate', '\ud800'],
  ];
  for (const [what, stranger] of strangers)
    test(`the worker function returns a message about several orders with ${what}, and completes the others`, async () => {
      for (const id of ['a', 'b', 'c']) await service.post(order(id));
      const messages = [JSON.stringify({ order_ids: ['a', stranger, 'b'] }), encodePack([{ key: 'c' }])];

      expect(await service.deliver(messages)).toEqual([0]);
      for (const id of ['a', 'b', 'c']) expect(await statusOf(id)).toBe('Completed');

      expect(await service.deliver(messages)).toEqual([0]);
      expect(await service.psql.value('SELECT max(token)::integer FROM orders')).toBe(1);
    });

  test('the worker function processes an order once that messages of either form name more than once', async () => {
    for (const id of ['a', 'b']) await service.post(order(id));
    const twice = encodePack([{ key: 'a' }, { key: 'b' }, { key: 'a' }]);

    expect(await service.deliver([twice, encodeMessage('a'), twice])).toEqual([]);

    expect(await service.psql.value('SELECT max(token)::integer FROM orders')).toBe(1);
    for (const id of ['a', 'b']) expect(await statusOf(id)).toBe('Completed');
  });

  test('the worker function returns each message that names an order which is locked', async () => {
    for (const id of ['a', 'b', 'c']) await service.post(order(id));
    const other = await connectPsql(service.databaseUrl);
    await other.rows(`BEGIN; SELECT FROM orders WHERE order_id = 'a' FOR UPDATE`);
    try {
      const messages = [encodePack([{ key: 'a' }, { key: 'b' }]), encodePack([{ key: 'c' }, { key: 'a' }])];
      expect(await service.deliver([...messages, encodeMessage('b')])).toEqual([0, 1]);
      expect([await statusOf('b'), await statusOf('c')]).toEqual(['Completed', 'Completed']);
      await other.rows('ROLLBACK');
      expect(await service.deliver(messages)).toEqual([]);
    } finally {
      await other.end();
    }
  });

  test('the worker function returns every message of a batch without valid messages', async () => {
    expect(await service.deliver(['', 'x', '{"order_id":"unknown"}'])).toEqual([0, 1, 2]);
  });

  test('the worker function accepts an id with any characters that an old order can have', async () => {
    const id = ' \t\n\u0001\u007f\u0085\ufffe\uffff\u{1f6d2}"\\';
    await service.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, imported) VALUES ($1, 1, '{}', 1, true)`,
      [id],
    );

    expect(await service.deliver([encodeMessage(id)])).toEqual([]);
    expect(await statusOf(id)).toBe('Completed');
  });

  test('the worker function throws when the database fails, so that the whole batch is redelivered', async () => {
    await service.post(order('a'));
    await service.psql.rows('ALTER TABLE orders RENAME TO elsewhere');
    try {
      await expect(service.deliver([encodeMessage('a')])).rejects.toThrow();
    } finally {
      await service.psql.rows('ALTER TABLE elsewhere RENAME TO orders');
    }
    expect(await service.deliver([encodeMessage('a')])).toEqual([]);
  });
});

describe('the sweep function', () => {
  test('the sweep function sends due orders again, and the worker completes them', async () => {
    await service.post(order('a'));
    await service.receiveMessages();
    await service.psql.rows('UPDATE orders SET due_at = now()');

    expect(await service.sweep()).toBe(1);

    const messages = await service.receiveMessages();
    expect(messages).toEqual([encodeMessage('a')]);
    expect(await service.deliver(messages)).toEqual([]);
    expect(await service.sweep()).toBe(0);
  });
});

describe('the sweep function', () => {
  test('the sweep function deletes orders that were finished longer ago than RETENTION_DAYS', async () => {
    for (const id of ['old', 'young']) await service.post(order(id));
    await service.deliver(['old', 'young'].map((id) => encodeMessage(id)));
    await service.psql.rows(
      `UPDATE orders SET created_at = now() - interval '40 days',
         finished_at = now() - CASE order_id WHEN 'old' THEN 31 ELSE 29 END * interval '1 day'`,
    );
    await service.sweep();

    expect((await service.getOrder('old')).status).toBe(404);
    expect(await statusOf('young')).toBe('Completed');
    expect((await service.post(order('old'))).text).toContain('already exists');
    expect((await service.ask('getMetrics')).body.data).toMatchObject({ status_counts: { Completed: 1 } });
  });
});
