import createClient, { type Client, defaultPathSerializer } from 'openapi-fetch';
import type { components, paths } from './api.ts';
import { fetchWithRetry } from './patience.ts';
import { type WaitOptions, waitForOrder } from './wait-for-order.ts';

export type { components, operations, paths } from './api.ts';
export { dataOf, OrderApiError } from './errors.ts';
export { WaitError, type WaitOptions } from './wait-for-order.ts';

type Schemas = components['schemas'];
export type NewOrder = Schemas['NewOrder'];
export type Order = Schemas['Order'];
export type OrderWithSteps = Schemas['OrderWithSteps'];
export type OrderHistory = Schemas['OrderHistory'];
export type Metrics = Schemas['Metrics'];
export type Status = Schemas['Status'];
export type Failure = Schemas['Failure'];

export interface OrderClientOptions {
  /** The base URL of a stage, such as http://localhost:8000/api/v1. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. A stage without authorization needs none. */
  readonly apiKey?: string | undefined;
  /** The timeout of a request including its retries, in milliseconds. By default 30,000; 0 means no limit. */
  readonly timeoutMs?: number;
  /** How often a request is retried after a 503. By default 3 times. */
  readonly retries?: number;
  /** Replaces the global fetch. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** One method per HTTP method; paths, parameters, bodies and responses have the types of the OpenAPI document. */
export type OrderClient = Client<paths, 'application/json'> & {
  /**
   * Waits until an order is finished or has another status, without polling often, and returns it.
   * @throws WaitError if it is finished with another status, or the time is over; OrderApiError for an error response
   */
  waitFor(orderId: string, options?: WaitOptions): Promise<OrderWithSteps>;
};

/** As long as API Gateway waits for a function. */
const TIMEOUT_MS = 30_000;

/** With a pause of 2 s before each, as the service requests: long enough for a database that restarts. */
const RETRIES = 3;

/**
 * A client of the order backend: `await client.GET('/orders/{order_id}', { params: { path: { order_id: 'ORD-1' } } })`
 * returns `{ data }`, or `{ error }` with the error response. `dataOf` turns the latter into an exception.
 *
 * A new order gets an Idempotency-Key unless it already has one, so that a retry, which the client sends after a 503,
 * can neither create it twice nor be rejected because the first request had arrived after all.
 * @throws TypeError for an invalid API key, and for one with a URL that would send it unencrypted over a network
 */
export function createOrderClient(options: OrderClientOptions): OrderClient {
  const { baseUrl, apiKey, timeoutMs = TIMEOUT_MS, retries = RETRIES, fetch = globalThis.fetch } = options;
  // fetch would print the key in its own error.
  if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('An API key consists of visible ASCII characters, and this one has others.');
  if (apiKey && !isPrivate(baseUrl))
    throw new TypeError(`An API key is only sent over https (http to this machine excepted), and not to ${baseUrl}.`);
  const client = createClient<paths, 'application/json'>({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    pathSerializer: urlOf,
    Request: OneQueryRequest,
    headers: apiKey ? { Authorization: `Bearer ${apiKey}` } : {},
    fetch: fetchWithRetry(fetch, { timeoutMs, retries }),
  });
  client.use({
    onRequest({ request, schemaPath }) {
      const createsAnOrder = request.method === 'POST' && schemaPath === '/orders';
      if (createsAnOrder && !request.headers.has('Idempotency-Key'))
        request.headers.set('Idempotency-Key', crypto.randomUUID());
      return request;
    },
  });
  return Object.assign(client, {
    waitFor: (orderId: string, wait: WaitOptions = {}) => waitForOrder(client, timeoutMs, orderId, wait),
  });
}

/** Whether nobody between here and there can read along. */
function isPrivate(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** openapi-fetch appends the query with a second `?` to a URL that has one from `urlOf`. Values in either have no `?`. */
class OneQueryRequest extends Request {
  constructor(input: Request | URL | string, init?: RequestInit) {
    super(typeof input === 'string' ? input.replace(/(\?[^?]*)\?/, '$1&') : input, init);
  }
}

/** Ids that every URL parser, proxy and gateway leaves as they are in a path. */
const SAFE_IN_A_PATH = /^(?!\.{1,2}$)[\w.~-]+$/;

/**
 * The URL of a request about an order. Other ids go into the query: `POST /orders/./redrive` would become the redrive of
 * every order, and API Gateway decodes a path before it takes it apart.
 */
function urlOf(template: string, parameters: Record<string, unknown>): string {
  const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)] as const);
  if (texts.every(([, text]) => SAFE_IN_A_PATH.test(text))) return defaultPathSerializer(template, parameters);
  const query = texts.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&');
  return `${template.replace('/orders/{order_id}', '/order').replace('/{name}', '')}?${query}`;
}
