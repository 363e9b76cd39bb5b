import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readStackFile } from '../../../infra/local/stack/stack-file.ts';
import { connectPsql, type Psql } from '../../support/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';

const { STACK_DIRECTORY = '', KEY_OF_OPERATOR = '', KEY_OF_READER = '', KEY_WITHOUT_METRICS = '' } = process.env;

export const KEYS = { operator: KEY_OF_OPERATOR, reader: KEY_OF_READER, withoutMetrics: KEY_WITHOUT_METRICS };

const file = readStackFile(STACK_DIRECTORY);
if (!file) throw new Error('There is no stack: the global set-up of test/browser starts one.');
const stack = file;

export const API = stack.api;
export const CONSOLE = new URL('/console', stack.api).href;

interface Answer {
  readonly status: number;
  // What a test reads of it, it compares.
  readonly body: Record<string, unknown>;
}

/** Calls the API alongside the console, as another client of the same operator. */
export async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${API}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEYS.operator}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

let orders = 0;

/** An id that no other order of this run has. */
export function newId(name: string): string {
  orders += 1;
  return `${name}-${Date.now().toString(36)}-${orders}`;
}

/** Creates an order. The processor fails those of the users 402, 404 and 410. */
export async function createOrder(orderId: string, userId = 7): Promise<void> {
  const order = { order_id: orderId, user_id: userId, item_ids: [1, 2], total_amount: '1234.5' };
  const { status, body } = await ask('POST', '/orders', order);
  if (status !== 202) throw new Error(`${orderId} got ${status}: ${JSON.stringify(body)}`);
}

export async function statusOf(orderId: string): Promise<unknown> {
  return (await ask('GET', `/orders/${encodeURIComponent(orderId)}`)).body.status;
}

/** Creates an order, and waits until it is Completed, or Failed if its user is one whose orders fail. */
export async function settle(orderId: string, userId = 7): Promise<void> {
  await createOrder(orderId, userId);
  await waitUntil(`${orderId} is settled`, async () =>
    ['Completed', 'Failed'].includes(String(await statusOf(orderId))),
  );
}

export async function setProcessing(to: 'pause' | 'resume', reason = ''): Promise<void> {
  await ask('POST', `/processing/${to}`, reason ? { reason } : {});
}

/** Puts a message into the dead-letter queue. */
export async function sendDeadLetter(body: string): Promise<void> {
  const sqs = new SQSClient({
    endpoint: stack.sqs,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: stack.deadLetterQueueUrl, MessageBody: body }));
  sqs.destroy();
}

/** Writes by hand what would take long over HTTP. */
export async function withPsql<T>(use: (psql: Psql) => Promise<T>): Promise<T> {
  const psql = await connectPsql(stack.postgres);
  try {
    return await use(psql);
  } finally {
    await psql.end();
  }
}
