import http from 'node:http';
import https from 'node:https';
import type { Metrics, NewOrder, Order } from '../client/index.ts';
import { type Exchange, exchange } from './http-exchange.ts';

/** Timeout in milliseconds for reading the state of the service. Longer than a client would wait: this is not measured. */
const LOOK_TIMEOUT_MS = 10_000;
/** Connections that are kept for reading, so that reading does not compete with the load. */
const LOOK_CONNECTIONS = 20;

/**
 * The service under load, as its clients see it. It uses the types of the client, but sends its own requests: the client keeps its
 * connections open and retries requests without a response, and here each order has one connection and one request.
 */
export class OrderBackend {
  readonly #api: string;
  readonly #agent: http.Agent;

  /** @param api the base URL, such as http://localhost:8000/api/v1 */
  constructor(api: string) {
    this.#api = api.replace(/\/+$/, '');
    const { Agent } = api.startsWith('https:') ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: LOOK_CONNECTIONS });
  }

  /** Posts an order on its own connection. */
  post(order: NewOrder, timeoutMs: number): Promise<Exchange> {
    return exchange({ method: 'POST', url: `${this.#api}/orders`, body: order, timeoutMs });
  }

  /** The number of orders in each state, or undefined if the service does not respond. */
  async statusCounts(): Promise<Metrics['data']['status_counts'] | undefined> {
    const answer = await this.#look('metrics');
    if (answer.kind === 'unanswered' || answer.status !== 200) return undefined;
    const metrics: Metrics = JSON.parse(answer.body);
    return metrics.data.status_counts;
  }

  /** The status of an order; `lost` if the service does not have it, `no response` if it does not respond. */
  async statusOf(orderId: string): Promise<string> {
    const answer = await this.#look(`orders/${encodeURIComponent(orderId)}`);
    if (answer.kind === 'unanswered') return 'no response';
    if (answer.status === 404) return 'lost';
    if (answer.status !== 200) return 'no response';
    const order: Order = JSON.parse(answer.body);
    return order.status;
  }

  /** The statuses of many orders, with one request each. */
  async statusesOf(orderIds: readonly string[]): Promise<Map<string, string>> {
    const statuses = new Map<string, string>();
    const waiting = orderIds.values();
    // Each connection takes the next id when it is free, so that no request waits in a client-side queue.
    const askInTurn = async (): Promise<void> => {
      for (const orderId of waiting) statuses.set(orderId, await this.statusOf(orderId));
    };
    await Promise.all(Array.from({ length: LOOK_CONNECTIONS }, askInTurn));
    return statuses;
  }

  close(): void {
    this.#agent.destroy();
  }

  #look(path: string): Promise<Exchange> {
    return exchange({ method: 'GET', url: `${this.#api}/${path}`, timeoutMs: LOOK_TIMEOUT_MS, agent: this.#agent });
  }
}
