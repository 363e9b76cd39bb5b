import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { toSqsRecord } from '../../infra/local/lambda/sqs-record.ts';
import { traceIdOf } from '../../lib/observability/traceparent.ts';
import { webhookProcessor } from '../../lib/processors/webhook.ts';
import { encodeMessage } from '../../lib/queue/message.ts';
import { startReceiver } from '../processors/receiver.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { lambdaContext } from '../support/lambda.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';

/** Of a client; the n-th of many. */
const traceparent = (n = 0) => `00-0af7651916cd43dd8448eb21${String(n).padStart(8, '0')}-b7ad6b7169203331-01`;

const order = (orderId: string) => ({ order_id: orderId, user_id: 7, item_ids: [1], total_amount: 19.99 });

let service: Functions;
let sqs: SQSClient;
let log: CapturedLog;
let work: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

beforeAll(async () => {
  service = await loadFunctions({ settings: { LOG_LEVEL: 'INFO', QUEUE_MESSAGES: 'packed' } });
  sqs = new SQSClient({});
  work = (await import('../../functions/queue/process-orders.ts')).handler;
  log = captureLog();
});

afterEach(async () => {
  log.clear();
  await receive();
  await service.psql.rows('TRUNCATE orders');
});

afterAll(async () => {
  log?.release();
  sqs?.destroy();
  await service?.close();
});

/** All that are on the queue, as an event source receives them. */
async function receive(): Promise<Message[]> {
  const received: Message[] = [];
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: service.queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length === 0) return received;
    received.push(...messages);
    for (const { ReceiptHandle } of messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: service.queueUrl, ReceiptHandle }));
  }
}

/** One batch, as Lambda hands it to the worker. */
function deliver(messages: readonly Message[]): Promise<SQSBatchResponse> {
  const Records = messages.map((message) => toSqsRecord(message, 'arn:aws:sqs:us-east-1:123456789012:orders'));
  return work({ Records }, lambdaContext());
}

/** Message, request and trace of each entry about an order. */
function entriesOf(orderId: string) {
  return log.entries
    .filter((entry) => entry.order_id === orderId)
    .map(({ message, request_id, function_request_id, trace_id }) => ({
      message,
      request_id,
      function_request_id,
      trace_id,
    }));
}

describe('the entries about an order', () => {
  test('log entries of an order share a trace from its request to its completion, which has its own id', async () => {
    expect((await service.post(order('a'))).status).toBe(202);
    await deliver(await receive());

    const [accepted, completed] = entriesOf('a');
    expect(accepted).toEqual({
      message: 'An order was accepted',
      request_id: 'JKJaXmPLvHcESHA=',
      function_request_id: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(completed).toEqual({
      message: 'An order was completed',
      request_id: undefined,
      function_request_id: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      trace_id: accepted?.trace_id,
    });
  });

  test('log entries of an order are part of the trace that the client sent', async () => {
    await service.post(order('a'), { traceparent: traceparent() });
    const messages = await receive();
    await deliver(messages);

    expect(messages[0]?.MessageAttributes?.traceparent?.StringValue).toBe(traceparent());
    expect(entriesOf('a').map(({ trace_id }) => trace_id)).toEqual(Array(2).fill(traceIdOf(traceparent())));
  });

  test('log entries of an order are in a new trace if the client sent no valid one', async () => {
    await service.post(order('a'), { traceparent: 'a\nb' });

    expect(entriesOf('a')[0]?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(log.entries).toHaveLength(1);
  });

  test('log entries of orders keep their own traces when requests share a commit and a send, and orders share a batch', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `order-${n}`);
    const answers = await Promise.all(ids.map((id, n) => service.post(order(id), { traceparent: traceparent(n) })));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const messages = await receive();
    expect(messages.length).toBeLessThan(ids.length);
    expect((await deliver(messages)).batchItemFailures).toEqual([]);

    for (const [n, id] of ids.entries())
      expect(entriesOf(id).map(({ message, trace_id }) => [message, trace_id])).toEqual([
        ['An order was accepted', traceIdOf(traceparent(n))],
        ['An order was completed', traceIdOf(traceparent(n))],
      ]);
  });
});

describe('a message', () => {
  test('a message has the same body as in the previous version, for its workers', async () => {
    await service.post(order('a'));
    expect((await receive()).map(({ Body }) => Body)).toEqual([encodeMessage('a')]);
  });

  test('a message of the previous version is processed in the trace of the worker', async () => {
    await service.post(order('a'));
    const messages = (await receive()).map(({ MessageAttributes: _, ...message }) => message);
    log.clear();

    expect((await deliver(messages)).batchItemFailures).toEqual([]);

    expect(entriesOf('a')).toMatchObject([
      { message: 'An order was completed', trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
  });

  test('an order is processed in the trace of the last of its messages', async () => {
    await service.post(order('a'), { traceparent: traceparent(1) });
    const [message] = (await receive()) as [Message];
    const later = {
      ...message,
      MessageId: 'later',
      MessageAttributes: { traceparent: { DataType: 'String', StringValue: traceparent(2) } },
    };
    log.clear();

    expect((await deliver([message, later])).batchItemFailures).toEqual([]);

    expect(entriesOf('a')).toMatchObject([{ trace_id: traceIdOf(traceparent(2)) }]);
  });

  test('a message that the sweep sends is in the trace of that sweep', async () => {
    await service.post(order('a'), { traceparent: traceparent() });
    await receive();
    await service.psql.rows('UPDATE orders SET due_at = now()');
    log.clear();

    expect(await service.sweep()).toBe(1);
    const [message] = await receive();

    const [sweep] = log.entries;
    expect(sweep).toMatchObject({ message: 'Sent due orders again', orders: 1 });
    expect(sweep?.trace_id).not.toBe(traceIdOf(traceparent()));
    expect(traceIdOf(message?.MessageAttributes?.traceparent?.StringValue ?? '')).toBe(sweep?.trace_id);
  });
});

describe('a retry of an order', () => {
  let lab: OrderLab;
  beforeEach(async () => {
    lab = await openOrderLab();
  });
  afterEach(() => lab.close());

  test('a retry continues in the trace of the previous attempt, whatever trace the other orders are in', async () => {
    await lab.insert('a', 'b', 'c');
    const traceparents = new Map([
      ['a', traceparent(1)],
      ['b', traceparent(2)],
    ]);
    const processor = async () => {
      throw new Error('not now');
    };

    await lab.process([...[...traceparents].map(([key, traceparent]) => ({ key, traceparent })), 'c'], { processor });

    const sent = new Map(lab.queue.sends.flat().map((message) => [message.orderId, message.traceparent]));
    expect(sent).toEqual(new Map([...traceparents, ['c', undefined]]));
    const traced = new Map(lab.logger.entries.map(({ details }) => [details.order_id, details.trace_id]));
    expect(traced).toEqual(
      new Map([
        ['a', traceIdOf(traceparent(1))],
        ['b', traceIdOf(traceparent(2))],
        ['c', undefined],
      ]),
    );
  });

  test('a suspect that is sent to another worker continues in its trace', async () => {
    await lab.insert('suspect');
    await lab.claim(['suspect']);
    await lab.killLease('suspect');

    await lab.process([{ key: 'suspect', traceparent: traceparent(3) }], {}, { remainingMs: () => 1 });

    expect(lab.queue.sends.flat()).toEqual([
      { orderId: 'suspect', owner: '', traceparent: traceparent(3), hops: 1, alone: false },
    ]);
  });

  test('a webhook receiver gets the trace of a retry', async () => {
    const receiver = await forThisTest(startReceiver());
    const processor = webhookProcessor({ url: receiver.url, signingKeys: [Buffer.alloc(24)], timeoutMs: 5_000 });
    await lab.insert('traced', 'untraced');

    await lab.process([{ key: 'traced', traceparent: traceparent(4) }], { processor });
    await lab.process(['untraced'], { processor });

    expect(receiver.requests.map(({ headers }) => headers.traceparent)).toEqual([traceparent(4), undefined]);
  });
});
