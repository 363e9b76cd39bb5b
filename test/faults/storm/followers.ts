import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Milliseconds between an order's 202 and its signal or cancellation, on average; WAIT_SECONDS of the storm is a few times as much. */
const FOLLOW_MEAN_MS = 1_500;

/** Share of signals that come twice at once, with different payloads. */
const WITH_RIVAL = 0.2;

/** Milliseconds between two attempts, and the most that one takes. */
const RETRY_MS = 150;
const PATIENCE_MS = 10_000;

/** The definite response to a signal or a cancellation. */
export interface Followed {
  readonly what: 'signal' | 'cancellation';
  readonly orderId: string;
  readonly payload: number | null;
  readonly status: number;
}

/** Sends signals to accepted orders that wait for one, or cancels them, and repeats each request until the response is definite. */
export class Followers {
  readonly responses: Followed[] = [];
  readonly #api: string;
  readonly #random: Random;
  readonly #running = new Set<Promise<void>>();

  constructor(api: string, random: Random) {
    this.#api = api;
    this.#random = random;
  }

  /** The beginning of its id says what an order needs. */
  accepted(orderId: string): void {
    const path = `orders/${encodeURIComponent(orderId)}`;
    if (orderId.startsWith('waits until cancelled'))
      this.#begin(() => this.#send({ what: 'cancellation', orderId, payload: null }, `${path}/cancel`, '{}'));
    else if (orderId.startsWith('waits') && !orderId.startsWith('waits in vain'))
      for (const payload of this.#random.fraction() < WITH_RIVAL ? [1, 2] : [1])
        this.#begin(() => this.#send({ what: 'signal', orderId, payload }, `${path}/signals/packed`, `${payload}`));
  }

  async end(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #begin(follow: () => Promise<void>): void {
    const running = sleep(this.#random.pauseMs(FOLLOW_MEAN_MS)).then(follow);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #send(what: Omit<Followed, 'status'>, path: string, body: string): Promise<void> {
    for (;;) {
      const status = await this.#sendOnce(path, body);
      if (status !== 503 && status !== undefined) {
        this.responses.push({ ...what, status });
        return;
      }
      await sleep(RETRY_MS);
    }
  }

  async #sendOnce(path: string, body: string): Promise<number | undefined> {
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(`${this.#api}/${path}`, { method: 'POST', body, signal });
      await response.text();
      return response.status;
    } catch {
      return undefined;
    }
  }
}
