import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type FunctionName, ROUTES, routeKeyOf } from '../../lib/routes.ts';
import { createTestDatabase } from './database.ts';
import { demandDocumented } from './documented.ts';
import { httpEvent, lambdaContext, sqsEvent } from './lambda.ts';
import { connectPsql, type Psql } from './psql.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** The parts of a request that its route does not determine. */
export interface Asking {
  /** The parameters in the path, decoded. A signal is named `shipped` unless a test says otherwise. */
  readonly orderId?: string;
  readonly name?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** Sent as JSON; without it, the request has no body. */
  readonly body?: unknown;
  /** The caller that the authorizer admitted; without it, there was no authorizer. */
  readonly as?: { readonly owner: string; readonly scopes: string; readonly name?: string };
}

/** All functions of the service in one container, with their own database and queue. */
export interface Functions {
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly psql: Psql;
  /** Sends a request to the function of this name. */
  ask(functionName: FunctionName, asking?: Asking): Promise<HttpAnswer>;
  /** POST /orders with a body that is sent as JSON. */
  post(body: unknown, headers?: Record<string, string>): Promise<HttpAnswer>;
  /** POST /orders with exactly this text or these bytes; with undefined, without a body. */
  postRaw(body: string | Uint8Array | undefined, headers?: Record<string, string>): Promise<HttpAnswer>;
  getOrder(orderId: string): Promise<HttpAnswer>;
  getMetrics(query?: Record<string, string>): Promise<HttpAnswer>;
  getHistory(orderId: string): Promise<HttpAnswer>;
  /** POST /orders/redrive */
  redrive(body: unknown): Promise<HttpAnswer>;
  /** Passes a batch to the worker function, and returns the indexes of the messages that must be redelivered. */
  deliver(bodies: readonly string[], timeoutMs?: number): Promise<number[]>;
  sweep(): Promise<number>;
  /** Receives and deletes the messages that are in the queue now. */
  receiveMessages(): Promise<string[]>;
  close(): Promise<void>;
}

export interface FunctionsOptions {
  /** Environment variables in addition to the addresses. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The URL by which the functions reach the database, if not directly. */
  readonly via?: (url: string) => Promise<string>;
}

/**
 * Loads the handlers. They build their runtime from the environment at the first call and keep it, so a test file can
 * have only one set; jest gives each file its own environment and modules.
 */
export async function loadFunctions({ settings = {}, via }: FunctionsOptions = {}): Promise<Functions> {
  const endpoint = process.env.TEST_SQS_ENDPOINT;
  if (!endpoint) throw new Error('TEST_SQS_ENDPOINT is not set: the global set-up starts a queue server.');
  const testDatabase = await createTestDatabase();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: endpoint,
    DATABASE_URL: via ? await via(testDatabase.appUrl) : testDatabase.appUrl,
    PROCESSING_DELAY_MS: '0',
    // Rejections are expected here; a bug is not, and is printed.
    LOG_LEVEL: 'ERROR',
    ...settings,
  });
  const sqs = new SQSClient({});
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `orders-${randomUUID()}` }));
  process.env.QUEUE_URL = queueUrl;
  const deadLetters = await sqs.send(new CreateQueueCommand({ QueueName: `dead-letters-${randomUUID()}` }));
  const deadLetterQueueUrl = deadLetters.QueueUrl ?? '';
  process.env.DEAD_LETTER_QUEUE_URL = deadLetterQueueUrl;

  const createOrder = (await import('../../functions/http/create-order.ts')).handler;
  const getOrder = (await import('../../functions/http/get-order.ts')).handler;
  const getMetrics = (await import('../../functions/http/get-metrics.ts')).handler;
  const getOrderHistory = (await import('../../functions/http/get-order-history.ts')).handler;
  const redriveOrders = (await import('../../functions/http/redrive-orders.ts')).handler;
  const processOrders = (await import('../../functions/queue/process-orders.ts')).handler;
  const sweepOrders = (await import('../../functions/schedule/sweep-orders.ts')).handler;
  const { connections } = await import('../../lib/runtime/connections.ts');
  const psql = await connectPsql(testDatabase.url);

  const postRaw = (body: string | Uint8Array | undefined, headers: Record<string, string> = {}) =>
    invoke(
      createOrder,
      httpEvent({
        method: 'POST',
        path: '/api/v1/orders',
        routeKey: 'POST /api/v1/orders',
        headers,
        ...(typeof body === 'string' && { body }),
        ...(body instanceof Uint8Array && { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }),
      }),
    );

  return {
    databaseUrl: testDatabase.url,
    queueUrl,
    deadLetterQueueUrl,
    psql,
    ask,
    postRaw,
    post: (body, headers) => postRaw(JSON.stringify(body), headers),
    getOrder: (orderId) =>
      invoke(
        getOrder,
        httpEvent({
          method: 'GET',
          path: `/api/v1/orders/${orderId.isWellFormed() ? encodeURIComponent(orderId) : '%ED%A0%80'}`,
          routeKey: 'GET /api/v1/orders/{order_id}',
          pathParameters: { order_id: orderId },
        }),
      ),
    getMetrics: (query) =>
      invoke(
        getMetrics,
        httpEvent({ method: 'GET', path: '/api/v1/metrics', routeKey: 'GET /api/v1/metrics', ...(query && { query }) }),
      ),
    getHistory: (orderId) =>
      invoke(
        getOrderHistory,
        httpEvent({
          method: 'GET',
          path: `/api/v1/orders/${encodeURIComponent(orderId)}/history`,
          routeKey: 'GET /api/v1/orders/{order_id}/history',
          pathParameters: { order_id: orderId },
        }),
      ),
    redrive: (body) =>
      invoke(
        redriveOrders,
        httpEvent({
          method: 'POST',
          path: '/api/v1/orders/redrive',
          routeKey: 'POST /api/v1/orders/redrive',
          body: JSON.stringify(body),
        }),
      ),
    async deliver(bodies, timeoutMs) {
      const answer = await call<SQSEvent, SQSBatchResponse>(processOrders, sqsEvent(bodies), lambdaContext(timeoutMs));
      return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.replace('message-', '')));
    },
    async sweep() {
      const { sent } = await call<unknown, { sent: number }>(sweepOrders, {}, lambdaContext());
      return sent;
    },
    async receiveMessages() {
      const bodies: string[] = [];
      for (;;) {
        const { Messages: messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
        );
        if (messages.length === 0) return bodies;
        for (const { Body = '', ReceiptHandle } of messages) {
          bodies.push(Body);
          await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        }
      }
    },
    async close() {
      sqs.destroy();
      await psql.end();
      await connections().close();
      await testDatabase.drop();
    },
  };
}

/** What Lambda calls. The type of middy has further parameters, which Lambda does not pass. */
function call<Event, Answer>(handler: unknown, event: Event, context: Context): Promise<Answer> {
  return (handler as (event: Event, context: Context) => Promise<Answer>)(event, context);
}

/** The file of a function has its name in kebab case: `getOrder` is in `get-order.ts`. */
async function ask(functionName: FunctionName, asking: Asking = {}): Promise<HttpAnswer> {
  const file = functionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { handler } = (await import(`../../functions/http/${file}.ts`)) as { handler: unknown };
  const route = ROUTES.find((each) => each.functionName === functionName);
  if (!route) throw new Error(`no route of ${functionName}`);
  const { orderId, name = 'shipped', query, headers = {}, body, as } = asking;
  const takesName = route.path.includes('{name}');
  const event = httpEvent({
    method: route.method,
    path: route.path
      .replace('{order_id}', encodeURIComponent(orderId ?? ''))
      .replace('{name}', encodeURIComponent(name)),
    routeKey: routeKeyOf(route),
    headers,
    ...(query && { query }),
    ...(orderId !== undefined && { pathParameters: { order_id: orderId, ...(takesName && { name }) } }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const lambda = as && { outcome: 'allowed', name: 'a key', ...as };
  return invoke(handler, {
    ...event,
    requestContext: { ...event.requestContext, ...(lambda && { authorizer: { lambda } }) },
  });
}

async function invoke(handler: unknown, event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const answer = await call<APIGatewayProxyEventV2, LambdaAnswer>(handler, event, lambdaContext());
  const { statusCode: status, headers, body: text } = answer;
  demandDocumented(event.routeKey, { status, headers, text });
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status, headers, body, text };
}

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
