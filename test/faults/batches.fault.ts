import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { sqsEvent } from '../support/lambda.ts';
import { eventually } from '../support/wait-until.ts';
import { Bench, type BenchOptions, connectSqs } from '../worker/support.ts';
import { anOrder, type Environment, FaultLab, LAB_TIMING } from './stack/lab.ts';

let lab: FaultLab;

beforeAll(async () => {
  // Messages that fail are redelivered after 3 s, and become dead letters after one redelivery.
  lab = await FaultLab.open({ timing: { ...LAB_TIMING, visibilityTimeout: 3, maxReceiveCount: 2 } });
});
afterEach(async () => {
  expect(await lab.wrongs()).toEqual([]);
  await lab.clear();
});
afterAll(() => lab.close());

const ids = (count: number, kind?: string) => Array.from({ length: count }, () => anOrder(kind).order_id);

describe('7: a batch of ten with three failures', () => {
  test('7: of a batch of ten, exactly the three failed messages are redelivered', async () => {
    const orderIds = ids(7);
    await lab.insert(...orderIds);
    const bodies = orderIds.map(encodeMessage);
    bodies.splice(1, 0, encodeMessage('an unknown order'));
    bodies.splice(5, 0, 'not JSON');
    bodies.push(encodeMessage('another unknown order'));
    const [environment] = (await lab.environments(1, 'processOrders')) as [Environment];

    expect(await environment.invoke(sqsEvent(bodies))).toEqual({
      batchItemFailures: ['message-1', 'message-5', 'message-9'].map((itemIdentifier) => ({ itemIdentifier })),
    });
    await lab.allAre('Completed', orderIds);
  });

  test('7: of a batch of ten, exactly the three failed orders are processed again', async () => {
    const failing = ids(3, 'fails once');
    const others = ids(7);
    await lab.insert(...failing, ...others);
    await lab.send(...failing, ...others);
    await lab.worker({ RETRY_BASE_MS: '50' });

    await lab.allAre('Completed', [...failing, ...others]);
    const runs = lab.stack.runs().map(([orderId, attempt]) => `${orderId} ${attempt}`);
    const expected = [...others.map((id) => `${id} 1`), ...failing.flatMap((id) => [`${id} 1`, `${id} 2`])];
    expect(runs.sort()).toEqual(expected.sort());
  });
});

/** Ten messages for a function that fails for a reason unrelated to them, so that all must be redelivered. */
async function expectAllBack(options: BenchOptions, bodies = Array.from({ length: 10 }, (_, n) => `body ${n}`)) {
  const bench = await Bench.set(
    { batchSize: 10, maximumConcurrency: 1, ...options },
    connectSqs(lab.stack.addresses.sqs),
  );
  try {
    await bench.send(...bodies);
    bench.source.start();
    // At the first delivery, and after the visibility timeout of one second.
    await eventually(() => expect(bench.batches.flat().sort()).toEqual([...bodies, ...bodies].sort()));
  } finally {
    await bench.stop();
  }
}

describe('8: a malformed batch response makes the whole batch come back:', () => {
  test.each([
    ['an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['no id', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['an id under another name', { batchItemFailures: [{ messageId: 'x' }] }],
    ['the id of no message of the batch', { batchItemFailures: [{ itemIdentifier: 'no-such-message' }] }],
    ['no list', { batchItemFailures: 'all' }],
    ['a list instead of the response', []],
  ])('%s', (_, answer) => expectAllBack({ handler: 'answer', environment: { ANSWER: JSON.stringify(answer) } }));
});

describe('9: nothing is deleted of a batch', () => {
  test('9: no message of a batch is deleted if all ten fail', () =>
    expectAllBack(
      { handler: 'failSome' },
      Array.from({ length: 10 }, () => 'fail'),
    ));

  test('9: no message of a batch is deleted if the handler throws', () =>
    expectAllBack(
      { handler: 'endAsTold' },
      Array.from({ length: 10 }, () => 'throw'),
    ));

  test('9: no message of a batch is deleted if the handler throws undefined', () =>
    expectAllBack(
      { handler: 'endAsTold' },
      Array.from({ length: 10 }, () => 'throw nothing'),
    ));
});

test('10: poison messages end in the dead-letter queue, and the other orders of the batch complete immediately', async () => {
  const neighbours = ids(7);
  const poison = ['not JSON', '{"order":1}', encodeMessage('an unknown order')];
  await lab.insert(...neighbours);
  await lab.sendBodies(...poison, ...neighbours.map(encodeMessage));
  await lab.worker();

  await lab.allAre('Completed', neighbours);
  await lab.until('the poison is in the dead-letter queue', async () => {
    const letters = await lab.deadLetters();
    return letters.length === poison.length && poison.every((body) => letters.includes(body));
  });
  expect(lab.stack.runs()).toHaveLength(neighbours.length);
  expect(await lab.messages()).toEqual({ visible: 0, inFlight: 0 });
});

test('10a: an order that always fails becomes Failed with its reason, and a redrive processes it again', async () => {
  const api = await lab.api();
  await lab.worker({ MAX_ATTEMPTS: '3', RETRY_BASE_MS: '10' });
  const { order_id: orderId } = anOrder('always fails');
  await api.post({ order_id: orderId });
  await lab.allAre('Failed', [orderId]);

  expect((await api.get(`orders/${encodeURIComponent(orderId)}`)).body).toMatchObject({
    status: 'Failed',
    attempts: 3,
    reason_code: 'processor_error',
    reason: 'it always fails',
  });
  expect(await api.redrive({ order_ids: [orderId], reason: 'mended' })).toMatchObject({ status: 200 });
  await lab.until('it has failed again', async () => (await lab.moves(orderId)).at(-1) === 'Processing → Failed');
  const attempts = () => lab.stack.runs().map(([, attempt]) => attempt);
  await lab.until('its new budget is used up', () => attempts().length === 6);
  expect(attempts()).toEqual([1, 2, 3, 1, 2, 3]);
});
