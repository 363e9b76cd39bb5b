import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toSqsRecord } from '../../infra/local/lambda/sqs-record.ts';
import { orderKey, parseKey } from '../../lib/order-key.ts';
import { decodeMessage, encodeMessage } from '../../lib/queue/message.ts';
import { readMessage } from '../../lib/queue/message-attributes.ts';
import { SqsOrderQueue } from '../../lib/queue/sqs.ts';
import { type RecordingLogger, recordingLogger } from '../support/recording-logger.ts';
import { type Fault, type Relay, startRelay } from './relay.ts';

/** The embedded queue server in `npm test`, LocalStack in `npm run test:localstack`. */
const SERVER = process.env.TEST_SQS_ENDPOINT;
if (!SERVER)
  throw new Error('TEST_SQS_ENDPOINT is not set: the global set-up starts a queue server and says where it is.');

/** Milliseconds. Ten times what a batch takes on a busy machine, so that only tests of slowness meet it. */
const SEND_TIMEOUT_MS = 5_000;

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'us-east-1';
const sqs = new SQSClient({ endpoint: SERVER, region, credentials });
Object.assign(process.env, {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

/** What each test opened, closed after it, last first. */
const cleanUps: (() => unknown)[] = [];
/** What the adapter logs in this test. */
let logger: RecordingLogger;
let queueUrl: string;

beforeEach(async () => {
  logger = recordingLogger();
  queueUrl = await createQueue();
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

afterAll(() => sqs.destroy());

let queuesMade = 0;
async function createQueue(attributes: Record<string, string> = {}): Promise<string> {
  queuesMade += 1;
  const name = `orders-${process.pid}-${Date.now()}-${queuesMade}`;
  const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  if (!url) throw new Error('CreateQueue answered without a URL');
  cleanUps.push(() => sqs.send(new DeleteQueueCommand({ QueueUrl: url })));
  return url;
}

/** The adapter as a function would build it, with its endpoint in the environment. */
function openQueue({
  endpoint = SERVER,
  url = queueUrl,
  sendTimeoutMs = SEND_TIMEOUT_MS,
  packs = false,
} = {}): SqsOrderQueue {
  process.env.AWS_ENDPOINT_URL_SQS = endpoint;
  const queue = new SqsOrderQueue({ queueUrl: url, sendTimeoutMs, packs, logger });
  cleanUps.push(() => queue.close());
  return queue;
}

async function openRelay(faultOf: (body: string, place: number) => Fault = () => 'pass'): Promise<Relay> {
  const relay = await startRelay(SERVER as string, faultOf);
  cleanUps.push(() => relay.close());
  return relay;
}

/** Takes messages off a queue until there are so many; the test's own timeout bounds the wait. */
async function receive(count: number, from = queueUrl): Promise<Message[]> {
  const received: Message[] = [];
  while (received.length < count) {
    const messages = await receiveOnce(from);
    for (const { ReceiptHandle } of messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
    received.push(...messages);
  }
  return received;
}

async function receiveOnce(from: string): Promise<Message[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: from,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
    }),
  );
  return messages;
}

function orderIds(messages: Message[]): string[] {
  return messages.flatMap(({ Body = '' }) => decodeMessage(Body).tasks.map(({ key }) => key)).sort();
}

function numberedOrders(count: number): { orderId: string }[] {
  return Array.from({ length: count }, (_, n) => ({ orderId: `order-${String(n).padStart(3, '0')}` }));
}

describe('sending', () => {
  test('25 orders are sent in three batches, and every id is accepted', async () => {
    const relay = await openRelay();
    const orders = numberedOrders(25);
    const ids = orders.map(({ orderId }) => orderId);

    const outcome = await openQueue({ endpoint: relay.endpoint }).send(orders);

    expect(outcome).toEqual({ accepted: ids, failed: [] });
    expect(relay.requests).toHaveLength(3);
    expect(orderIds(await receive(25))).toEqual(ids);
  });

  test('sending no orders makes no request', async () => {
    const relay = await openRelay();

    expect(await openQueue({ endpoint: relay.endpoint }).send([])).toEqual({ accepted: [], failed: [] });
    expect(relay.requests).toHaveLength(0);
  });

  test('an order sent twice becomes two messages', async () => {
    const outcome = await openQueue().send([{ orderId: 'twice' }, { orderId: 'twice' }]);

    expect(outcome).toEqual({ accepted: ['twice', 'twice'], failed: [] });
    expect(orderIds(await receive(2))).toEqual(['twice', 'twice']);
  });

  test('a delayed message stays hidden until its delay is over', async () => {
    const delaySeconds = 5;
    const sentAt = Date.now();

    await openQueue().send([{ orderId: 'later', delaySeconds }, { orderId: 'now' }]);

    expect(orderIds(await receive(1))).toEqual(['now']);
    expect(orderIds(await receive(1))).toEqual(['later']);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(delaySeconds * 1000);
  });

  test('a message carries its trace and its hops to the worker that receives it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb2100000001-b7ad6b7169203331-01';

    await openQueue().send([{ orderId: 'on its way', traceparent, hops: 7 }]);

    const [message = {}] = await receive(1);
    expect(readMessage(toSqsRecord(message, 'arn:aws:sqs:us-east-1:123456789012:orders')).tasks).toEqual([
      { key: 'on its way', traceparent, hops: 7 },
    ]);
  });

  test('a message without hops, or with something else under that name, has made none', async () => {
    const StringValue = '1e3';
    for (const attributes of [{}, { hops: { DataType: 'Number', StringValue } }])
      await sqs.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encodeMessage('a'), MessageAttributes: attributes }),
      );

    const records = (await receive(2)).map((message) => toSqsRecord(message, 'arn:aws:sqs:us-east-1:1:orders'));
    expect(records.flatMap((record) => readMessage(record).tasks)).toEqual([
      { key: 'a', traceparent: undefined, hops: 0 },
      { key: 'a', traceparent: undefined, hops: 0 },
    ]);
  });

  test('order ids with any characters arrive unchanged, in bodies of plain ASCII', async () => {
    const ids = [
      'emoji 🛒👩‍👩‍👧',
      'replacement character \uFFFD, private use \uE000, line separator \u2028',
      `quotes " ' and back\\slashes \\u0041 \\`,
      '<script>&amp;</script>',
      '{"order_id":"nested"}',
      'Größe, 注文, طلب, é in two: e\u0301',
      'x'.repeat(255),
      '🛒'.repeat(255),
      ' ',
    ];

    const outcome = await openQueue().send(ids.map((orderId) => ({ orderId })));
    const messages = await receive(ids.length);

    expect(outcome.failed).toEqual([]);
    expect(orderIds(messages)).toEqual([...ids].sort());
    for (const { Body } of messages) expect(Body).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('sending several orders per message', () => {
  const trace = (n: number) => `00-0af7651916cd43dd8448eb21${String(n).padStart(8, '0')}-b7ad6b7169203331-01`;
  /** The orders of each message, as a worker reads them. */
  const tasksIn = (messages: Message[]) =>
    messages.map((message) => readMessage(toSqsRecord(message, 'arn:aws:sqs:us-east-1:1:orders')).tasks);

  test('250 orders are sent as three messages in one request, and every order keeps its owner, trace and hops', async () => {
    const relay = await openRelay();
    const orders = numberedOrders(250).map((order, n) => ({
      ...order,
      owner: 'shop',
      traceparent: trace(n),
      hops: n % 3,
    }));

    const outcome = await openQueue({ endpoint: relay.endpoint, packs: true }).send(orders);

    expect(outcome).toEqual({ accepted: orders.map(orderKey), failed: [] });
    expect(relay.requests).toHaveLength(1);
    const tasks = tasksIn(await receive(3));
    expect(Math.max(...tasks.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(tasks.flat().sort((a, b) => a.key.localeCompare(b.key))).toEqual(
      orders.map((order) => ({ key: orderKey(order), traceparent: order.traceparent, hops: order.hops })),
    );
  });

  test('an order that is sent alone, or is the only one with its delay, has the message that every version reads', async () => {
    await openQueue({ packs: true }).send([
      { orderId: 'a', traceparent: trace(1) },
      { orderId: 'suspect', alone: true, hops: 1 },
      { orderId: 'b' },
      { orderId: 'later', delaySeconds: 1 },
    ]);

    const messages = await receive(3);
    expect(messages.map(({ Body }) => Body).sort()).toEqual([
      encodeMessage('later'),
      encodeMessage('suspect'),
      expect.stringContaining('{"order_ids":["a","b"]'),
    ]);
    expect(tasksIn(messages).flat()).toContainEqual({ key: 'suspect', traceparent: undefined, hops: 1 });
    expect(tasksIn(messages).flat()).toContainEqual({ key: 'a', traceparent: trace(1), hops: 0 });
  });

  test('orders with the same delay share a message, which stays hidden until the delay is over', async () => {
    const sentAt = Date.now();
    await openQueue({ packs: true }).send([
      { orderId: 'later', delaySeconds: 5 },
      { orderId: 'now' },
      { orderId: 'also later', delaySeconds: 5 },
    ]);

    expect(orderIds(await receive(1))).toEqual(['now']);
    expect(orderIds(await receive(1))).toEqual(['also later', 'later']);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(5_000);
  });

  test('messages are in the group of their owner, and a message names the orders of one owner only', async () => {
    const relay = await openRelay();
    const orders = ['shop-7', '🛒'.repeat(250), ''].flatMap((owner) =>
      numberedOrders(3).map(({ orderId }) => ({ orderId: `${owner.slice(0, 4)} ${orderId}`, owner })),
    );
    await openQueue({ endpoint: relay.endpoint, packs: true }).send(orders);
    await openQueue({ endpoint: relay.endpoint }).send(orders.slice(0, 4));

    type Entry = { MessageBody: string; MessageGroupId?: string };
    const entries = relay.requests.flatMap((request) => JSON.parse(request).Entries as Entry[]);
    const groups = new Map<string, Set<string | undefined>>();
    for (const { MessageBody, MessageGroupId } of entries) {
      const owners = new Set(decodeMessage(MessageBody).tasks.map(({ key }) => parseKey(key).owner));
      expect(owners.size).toBe(1);
      for (const owner of owners) groups.set(owner, (groups.get(owner) ?? new Set()).add(MessageGroupId));
    }
    expect([...groups.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
    expect([...(groups.get('') ?? [])]).toEqual([undefined]);
    expect(new Set([...groups.values()].flatMap((group) => [...group])).size).toBe(3);
    for (const { MessageGroupId = 'none' } of entries) expect(MessageGroupId).toMatch(/^[\w-]{1,128}$/);
  });

  test('200 of the longest ids and owners are accepted, because messages are limited in bytes', async () => {
    const longest = '🛒'.repeat(250);
    const orders = numberedOrders(200).map(({ orderId }) => ({ orderId: `${longest}${orderId}`, owner: longest }));
    const relay = await openRelay();

    const { accepted, failed } = await openQueue({ endpoint: relay.endpoint, packs: true }).send(orders);

    expect([accepted.length, failed.length]).toEqual([200, 0]);
    for (const request of relay.requests) expect(Buffer.byteLength(request)).toBeLessThan(600_000);
    const bodies = relay.requests.flatMap((request) => JSON.parse(request).Entries as { MessageBody: string }[]);
    expect(Math.max(...bodies.map(({ MessageBody }) => MessageBody.length))).toBeLessThanOrEqual(24_000);
    expect(
      new Set(bodies.flatMap(({ MessageBody }) => decodeMessage(MessageBody).tasks.map(({ key }) => key))),
    ).toEqual(new Set(orders.map(orderKey)));
  });

  test('a message that cannot be sent fails each of its orders, and no others', async () => {
    const relay = await openRelay((body) => (body.includes('order-1500') ? 'drop' : 'pass'));

    const outcome = await openQueue({ endpoint: relay.endpoint, packs: true }).send(numberedOrders(1_600));

    const failed = new Set(outcome.failed.map(({ orderId }) => orderId));
    expect(failed.has('order-1500')).toBe(true);
    expect(outcome.accepted.length + failed.size).toBe(1_600);
    expect(orderIds(await receive(Math.ceil(outcome.accepted.length / 100)))).toEqual([...outcome.accepted].sort());
    expect(logger.entries).toEqual([
      { level: 'warn', message: expect.any(String), details: expect.objectContaining({ orders: failed.size }) },
    ]);
  });
});

describe('what the queue refuses', () => {
  test('a rejected order is reported with its reason, and the others are accepted', async () => {
    // 1,024 bytes is the least that SQS can be set to; only the body of the emoji is longer.
    const small = await createQueue({ MaximumMessageSize: '1024' });
    const tooLong = '🛒'.repeat(255);

    const outcome = await openQueue({ url: small }).send([
      { orderId: 'before' },
      { orderId: tooLong },
      { orderId: 'after' },
    ]);

    expect(outcome.accepted).toEqual(['before', 'after']);
    expect(outcome.failed).toEqual([
      { orderId: tooLong, owner: '', reason: expect.stringContaining('InvalidParameterValue') },
    ]);
    expect(orderIds(await receive(2, small))).toEqual(['after', 'before']);
    expect(logger.entries).toHaveLength(1);
  });

  test('a rejected message about several orders is sent again as one message per order', async () => {
    const small = await createQueue({ MaximumMessageSize: '1024' });
    const tooLong = '🛒'.repeat(255);
    const orders = [{ orderId: 'before' }, { orderId: tooLong }, { orderId: 'after' }];

    const outcome = await openQueue({ url: small, packs: true }).send(orders);

    expect(outcome.accepted).toEqual(['before', 'after']);
    expect(outcome.failed).toMatchObject([{ orderId: tooLong }]);
    expect(orderIds(await receive(2, small))).toEqual(['after', 'before']);
  });

  test('a queue that does not exist fails every order', async () => {
    const outcome = await openQueue({ url: `${queueUrl}-unknown` }).send(numberedOrders(2));

    expect(outcome).toEqual({
      accepted: [],
      failed: [
        { orderId: 'order-000', owner: '', reason: 'QueueDoesNotExist' },
        { orderId: 'order-001', owner: '', reason: 'QueueDoesNotExist' },
      ],
    });
  });
});

describe('a bad network', () => {
  test('a queue that is down fails every order, and accepts them when it is back', async () => {
    let up = false;
    const relay = await openRelay(() => (up ? 'pass' : 'drop'));
    const queue = openQueue({ endpoint: relay.endpoint });
    const orders = numberedOrders(12);

    const down = await queue.send(orders);
    up = true;
    const back = await queue.send(orders);

    expect(down.accepted).toEqual([]);
    expect(down.failed.map(({ orderId }) => orderId)).toEqual(orders.map(({ orderId }) => orderId));
    expect(back).toEqual({ accepted: orders.map(({ orderId }) => orderId), failed: [] });
    expect(await receive(12)).toHaveLength(12);
  });

  test('a refused connection to the queue fails immediately', async () => {
    const gone = await startRelay(SERVER as string, () => 'pass');
    await gone.close();

    const outcome = await openQueue({ endpoint: gone.endpoint }).send([{ orderId: 'a' }]);

    const reason = expect.stringContaining('ECONNREFUSED');
    expect(outcome).toEqual({ accepted: [], failed: [{ orderId: 'a', owner: '', reason }] });
    expect(logger.entries).toEqual([
      { level: 'warn', message: expect.any(String), details: expect.objectContaining({ orders: 1, reason }) },
    ]);
  });

  test('a queue that never responds fails every order after the timeout', async () => {
    const sendTimeoutMs = 3_000;
    const failuresBefore: number[] = [];
    const relay = await openRelay((_, place) => {
      failuresBefore[place] = logger.entries.length;
      return 'hang';
    });
    const queue = openQueue({ endpoint: relay.endpoint, sendTimeoutMs });

    const outcome = await queue.send(numberedOrders(100));

    // All ten batches at once, so that the timeout is that of the whole send.
    expect(failuresBefore).toEqual(Array(10).fill(0));
    expect(outcome.accepted).toEqual([]);
    expect(new Set(outcome.failed.map(({ reason }) => reason))).toEqual(new Set(['no response within 3000 ms']));
    expect(outcome.failed).toHaveLength(100);
  });

  test('a batch that cannot be sent does not affect the others', async () => {
    const relay = await openRelay((body) => (body.includes('order-015') ? 'drop' : 'pass'));

    const outcome = await openQueue({ endpoint: relay.endpoint }).send(numberedOrders(25));

    expect(outcome.failed.map(({ orderId }) => orderId)).toEqual(
      numberedOrders(20)
        .slice(10)
        .map(({ orderId }) => orderId),
    );
    expect(outcome.accepted).toHaveLength(15);
    expect(await receive(15)).toHaveLength(15);
  });

  test('a batch whose response was lost is sent again: twice delivered, never lost', async () => {
    const relay = await openRelay((_, place) => (place === 0 ? 'lose answer' : 'pass'));

    const outcome = await openQueue({ endpoint: relay.endpoint }).send([{ orderId: 'a' }]);

    expect(outcome).toEqual({ accepted: ['a'], failed: [] });
    expect(orderIds(await receive(2))).toEqual(['a', 'a']);
  });
});

describe('redrive', () => {
  test('a message that nobody deletes goes to the dead-letter queue, body unchanged', async () => {
    const deadLetterUrl = await createQueue();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    );
    const maxReceiveCount = 2;
    const url = await createQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount }),
    });
    await openQueue({ url }).send([{ orderId: 'poison 🧪' }]);

    for (let delivery = 0; delivery < maxReceiveCount; delivery += 1) {
      const [message] = await receiveOnce(url);
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
    }

    // Queues move a message when it would be received once more.
    expect(await receiveOnce(url)).toEqual([]);
    expect(orderIds(await receive(1, deadLetterUrl))).toEqual(['poison 🧪']);
  });
});
