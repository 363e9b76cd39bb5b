import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
let sqs: SQSClient;
beforeAll(async () => {
  service = await loadFunctions();
  sqs = new SQSClient({});
});
beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
});
afterAll(async () => {
  sqs.destroy();
  await service.close();
});

async function failed(orderId: string, reasonCode: string | null, minute: number): Promise<void> {
  await service.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, reason_code, finished_at)
     VALUES ($1, 1, '{}', 1, 'Failed', NULL, $2, timestamptz '2026-11-01 12:00+00' + $3 * interval '1 minute')`,
    [orderId, reasonCode, minute],
  );
}

describe('GET /failures', () => {
  const failures = async () => {
    const { status, body } = await service.ask('listFailures');
    expect(status).toBe(200);
    return body;
  };

  test('GET /failures returns an empty list without Failed orders', async () => {
    await service.post({ order_id: 'a', user_id: 1, item_ids: [], total_amount: 1 });
    expect(await failures()).toEqual({ failures: [] });
  });

  test('GET /failures groups Failed orders by cause, most frequent first, with the time of the first and the last', async () => {
    await failed('a', 'card_declined', 1);
    for (const [n, id] of ['b', 'c', 'd'].entries()) await failed(id, 'bank_away', 10 - n);
    await failed('e', null, 0);
    await service.psql.rows(`UPDATE orders SET status = 'Pending', due_at = now() WHERE order_id = 'd'`);

    expect(await failures()).toEqual({
      failures: [
        { reason_code: 'bank_away', orders: 2, oldest: '2026-11-01T12:09:00.000Z', newest: '2026-11-01T12:10:00.000Z' },
        {
          reason_code: 'card_declined',
          orders: 1,
          oldest: '2026-11-01T12:01:00.000Z',
          newest: '2026-11-01T12:01:00.000Z',
        },
        { reason_code: null, orders: 1, oldest: '2026-11-01T12:00:00.000Z', newest: '2026-11-01T12:00:00.000Z' },
      ],
    });
  });
});

describe('GET /dead-letters', () => {
  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: service.deadLetterQueueUrl, MessageBody }));
  const look = async () => {
    const { status, body } = await service.ask('listDeadLetters');
    expect(status).toBe(200);
    return body as { dead_letters: { body: string; receive_count: number }[]; approximate_count: number };
  };

  beforeEach(async () => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: service.deadLetterQueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return;
      const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: service.deadLetterQueueUrl, Entries }));
    }
  });

  test('GET /dead-letters returns an empty list for an empty queue', async () => {
    expect(await look()).toEqual({ dead_letters: [], approximate_count: 0 });
  });

  test('GET /dead-letters returns dead letters without removing them', async () => {
    await send('not ours');
    await send(encodeMessage('ü'));
    for (const looks of [1, 2]) {
      const { dead_letters: letters, approximate_count: count } = await look();
      expect(count).toBe(2);
      expect(letters.toSorted((a, b) => b.body.localeCompare(a.body))).toEqual([
        {
          message_id: expect.any(String),
          body: 'not ours',
          sent_at: expect.any(String),
          receive_count: looks,
          order_id: null,
          owner: null,
          orders: [],
        },
        {
          message_id: expect.any(String),
          body: encodeMessage('ü'),
          sent_at: expect.any(String),
          receive_count: looks,
          order_id: 'ü',
          owner: '',
          orders: [{ order_id: 'ü', owner: '' }],
        },
      ]);
    }
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: service.deadLetterQueueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages).toHaveLength(2);
    // Hidden by this look, and so out of reach of the next clean-up.
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: service.deadLetterQueueUrl, Entries }));
  });

  test('GET /dead-letters returns each order that a dead letter names', async () => {
    await send('{"order_ids":["a","b"],"owners":["","shop"]}');

    expect((await look()).dead_letters).toMatchObject([
      {
        order_id: null,
        owner: null,
        orders: [
          { order_id: 'a', owner: '' },
          { order_id: 'b', owner: 'shop' },
        ],
      },
    ]);
  });

  test('GET /dead-letters returns at most ten, and the approximate total', async () => {
    for (let n = 0; n < 12; n += 1) await send(`letter ${n}`);
    const { dead_letters: letters, approximate_count: count } = await look();
    expect(letters).toHaveLength(10);
    expect(count).toBe(12);
  });
});
