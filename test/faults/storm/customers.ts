import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeMessage } from '../../../lib/queue/message.ts';
import { Followers } from './followers.ts';
import type { Random } from './random.ts';

/** What a customer knows about an order. `unknown`: 503 or no response, and the customer did not retry. */
export type Told = 'accepted' | 'unknown' | `unexpected ${number}`;

/**
 * Out of a hundred orders. Their ids begin with what becomes of them: without steps, or with three steps (reserve, charge, ship) and a
 * wait for a signal before the last. Of those with steps, 1 in 20 is refused after the wait.
 */
const KINDS = {
  order: 40,
  waits: 50,
  'waits then is refused': 3,
  'waits in vain': 4,
  'waits until cancelled': 3,
} as const;

/** Concurrent requests; others wait, as they would in front of a slow API. */
const MAX_IN_FLIGHT = 64;

/** Share of orders with an Idempotency-Key, whose customers retry until they know the outcome. */
const WITH_KEY = 0.5;

/** Milliseconds between two attempts of such a customer. */
const RETRY_MS = 150;

/** Milliseconds: longer than the API ever takes to return a 503. */
const PATIENCE_MS = 10_000;

/** Milliseconds between two checks whether more orders are needed. */
const TICK_MS = 20;

/** Posts orders, records every response, and sends duplicate messages. Accepted orders get their signals. */
export class Customers {
  readonly told = new Map<string, Told>();
  readonly followers: Followers;
  /** Requests beyond the first one of each order. */
  retries = 0;
  /** Messages in the queue in addition to those of the service. */
  duplicates = 0;
  readonly #api: string;
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #random: Random;
  readonly #prefix: string;
  readonly #issued: string[] = [];
  #accepted = 0;
  #inFlight = 0;

  constructor(api: string, sqs: SQSClient, queueUrl: string, random: Random, prefix: string) {
    this.#api = api;
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#random = random;
    this.followers = new Followers(api, random);
    this.#prefix = prefix;
  }

  get accepted(): number {
    return this.#accepted;
  }

  idsTold(what: Told): string[] {
    return [...this.told].filter(([, told]) => told === what).map(([orderId]) => orderId);
  }

  /**
   * Posts until this many orders are accepted.
   * @param wanted the number that should have been accepted by now
   */
  async run(orders: number, wanted: () => number): Promise<void> {
    while (this.#accepted < orders) {
      while (this.#inFlight < MAX_IN_FLIGHT && this.#accepted + this.#inFlight < Math.min(orders, wanted()))
        void this.#order();
      await sleep(TICK_MS);
    }
    while (this.#inFlight > 0) await sleep(TICK_MS);
    await this.followers.end();
  }

  async #order(): Promise<void> {
    this.#inFlight += 1;
    const orderId = `${this.#random.weighted(KINDS)} ${this.#prefix}-${this.#issued.length}`;
    this.#issued.push(orderId);
    const key = this.#random.fraction() < WITH_KEY ? `key of ${orderId}` : undefined;
    if (this.#random.fraction() < 0.3) void this.#duplicate(this.#random.pick(this.#issued) as string);
    const told = await this.#post(orderId, key);
    this.told.set(orderId, told);
    if (told === 'accepted') {
      this.#accepted += 1;
      this.followers.accepted(orderId);
    }
    this.#inFlight -= 1;
  }

  async #post(orderId: string, key: string | undefined): Promise<Told> {
    const body = JSON.stringify({ order_id: orderId, user_id: 7, item_ids: [1, 2, 3], total_amount: '12.34' });
    for (;;) {
      const status = await this.#postOnce(body, key);
      if (status === 202) return 'accepted';
      if (status !== 503 && status !== 'no response') return `unexpected ${status}`;
      if (key === undefined) return 'unknown';
      this.retries += 1;
      await sleep(RETRY_MS);
    }
  }

  async #postOnce(body: string, key: string | undefined): Promise<number | 'no response'> {
    try {
      const response = await fetch(`${this.#api}/orders`, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(key !== undefined && { headers: { 'idempotency-key': key } }),
      });
      // A response counts when it is complete.
      await response.text();
      return response.status;
    } catch {
      return 'no response';
    }
  }

  async #duplicate(orderId: string): Promise<void> {
    // Two of them, so that they also meet in one batch.
    const Entries = ['0', '1'].map((Id) => ({ Id, MessageBody: encodeMessage(orderId) }));
    try {
      const { Successful = [] } = await this.#sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries }),
      );
      this.duplicates += Successful.length;
    } catch {
      // The queue server is down at this moment.
    }
  }
}
