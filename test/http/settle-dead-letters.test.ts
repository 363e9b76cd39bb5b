import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Functions, loadFunctions } from '../support/functions.ts';

let service: Functions;
let sqs: SQSClient;
beforeAll(async () => {
  service = await loadFunctions();
  sqs = new SQSClient({});
});
afterEach(async () => {
  await receive(service.deadLetterQueueUrl);
  await receive(service.queueUrl);
  await service.psql.rows('DELETE FROM audit');
});
afterAll(async () => {
  sqs.destroy();
  await service.close();
});

const traced = { traceparent: { DataType: 'String', StringValue: '00-x' } };
const send = async (MessageBody: string) => {
  const message = { QueueUrl: service.deadLetterQueueUrl, MessageBody, MessageAttributes: traced };
  return (await sqs.send(new SendMessageCommand(message))).MessageId ?? '';
};

/** Receives and deletes what is in the queue. */
async function receive(QueueUrl: string) {
  const all = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}

const bodiesIn = async (queueUrl: string) => (await receive(queueUrl)).map(({ Body }) => Body).sort();
const audit = async () => (await service.ask('listAudit')).body.audit;

describe('POST /dead-letters/resend and /delete', () => {
  test('dead letters that could not be handled are visible at once', async () => {
    const ids = [await send('letter 1'), await send('letter 2')];
    await service.psql.rows('ALTER TABLE audit RENAME TO elsewhere');
    try {
      const { status } = await service.ask('deleteDeadLetters', { body: { message_ids: ids.slice(0, 1) } });
      expect(status).toBe(500);
    } finally {
      await service.psql.rows('ALTER TABLE elsewhere RENAME TO audit');
    }
    expect(await bodiesIn(service.deadLetterQueueUrl)).toEqual(['letter 1', 'letter 2']);
  });

  test('resend moves the selected dead letters to the order queue unchanged, and leaves the others visible', async () => {
    const letters = new Map<string, string>();
    for (let n = 0; n < 25; n += 1) letters.set(`letter ${n}`, await send(`letter ${n}`));
    const chosen = ['letter 3', 'letter 24'];
    const ids = chosen.map((body) => letters.get(body) ?? '');

    const { status, body } = await service.ask('resendDeadLetters', { body: { message_ids: ids, reason: 'fixed' } });
    expect(status).toBe(200);
    expect((body.message_ids as string[]).toSorted()).toEqual(ids.toSorted());
    expect(body.not_found).toEqual([]);

    const resent = await receive(service.queueUrl);
    expect(resent.map(({ Body }) => Body).sort()).toEqual(chosen.toSorted());
    expect(resent[0]?.MessageAttributes?.traceparent?.StringValue).toBe('00-x');
    expect(await receive(service.deadLetterQueueUrl)).toHaveLength(23);
    expect(await audit()).toMatchObject([
      {
        action: 'dead_letters.resent',
        actor: expect.stringMatching(/^api /),
        target: null,
        reason: 'fixed',
        details: { messages: expect.arrayContaining([{ message_id: ids[0], body: chosen[0] }]) },
      },
    ]);
  });

  test('delete deletes the selected dead letter, and reports an unknown one without auditing it', async () => {
    await send('kept');
    const id = await send('deleted');
    expect((await service.ask('deleteDeadLetters', { body: { message_ids: [id, 'unknown'] } })).body).toEqual({
      message_ids: [id],
      not_found: ['unknown'],
    });
    expect(await audit()).toMatchObject([{ action: 'dead_letters.deleted', target: id, reason: null }]);
    expect(await bodiesIn(service.deadLetterQueueUrl)).toEqual(['kept']);
    expect(await bodiesIn(service.queueUrl)).toEqual([]);

    expect((await service.ask('deleteDeadLetters', { body: { message_ids: [id] } })).body).toEqual({
      message_ids: [],
      not_found: [id],
    });
    expect(await audit()).toHaveLength(1);
  });

  test('the audit of many dead letters shows the start of each, and stays small', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 100; n += 1)
      ids.push(await send(JSON.stringify({ order_id: `order-${n}`, owner: 'x'.repeat(300) })));
    expect((await service.ask('deleteDeadLetters', { body: { message_ids: ids } })).body.not_found).toEqual([]);
    const text = JSON.stringify(await audit());
    for (let n = 0; n < 100; n += 1) expect(text).toContain(`order-${n}\\"`);
    expect(text.length).toBeLessThan(20_000);
  });

  test('a request without message ids is rejected', async () => {
    for (const body of [undefined, {}, { message_ids: [] }, { all: true }])
      expect(await service.ask('deleteDeadLetters', { body })).toMatchObject({ status: 400 });
  });

  test('dead letters are counted without receiving them', async () => {
    await send('counted');
    const look = async (limit: string) => (await service.ask('listDeadLetters', { query: { limit } })).body;
    for (let looks = 0; looks < 2; looks += 1)
      expect(await look('0')).toEqual({ dead_letters: [], approximate_count: 1 });
    expect(await look('1')).toMatchObject({ dead_letters: [{ body: 'counted', receive_count: 1 }] });
  });
});
