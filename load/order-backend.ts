import http from 'node:http';
import https from 'node:https';
import type { Metrics, NewOrder, Order } from '../client/index.ts';
import { type Exchange, exchange } from './http-exchange.ts';

/** Milliseconds for a look at the service. Longer than a client would wait: a slow answer here is not what is measured. */
const LOOK_TIMEOUT_MS = 10_000;
/** Connections that are kept for looking, so that looking does not compete with what it looks at. */
const LOOK_CONNECTIONS = 20;

/**
 * The service under load, as its clients see it. It has the types of the client, but sends by itself: the client keeps its
 * connections and repeats what was not answered, and here each order has one connection and one try.
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

  /** How many orders are in each state, or undefined when the service does not say. */
  async statusCounts(): Promise<Metrics['data']['status_counts'] | undefined> {
    const answer = await this.#look('metrics');
    if (answer.kind === 'unanswered' || answer.status !== 200) return undefined;
    const metrics: Metrics = JSON.parse(answer.body);
    return metrics.data.status_counts;
  }

  /** The status of an order; `lost` when the service does not know it, `no answer` when it does not say. */
  async statusOf(orderId: string): Promise<string> {
    const answer = await this.#look(`orders/${encodeURIComponent(orderId)}`);
    if (answer.kind === 'unanswered') return 'no answer';
    if (answer.status === 404) return 'lost';
    if (answer.status !== 200) return 'no answer';
    const order: Order = JSON.parse(answer.body);
    return order.status;
  }

  /** The statuses of many orders, each asked for on its own. */
  async statusesOf(orderIds: readonly string[]): Promise<Map<string, string>> {
    const statuses = new Map<string, string>();
    const waiting = orderIds.values();
    // Each connection takes the next id when it is free, so that no request spends its time in a client-side queue.
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
