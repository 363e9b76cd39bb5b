import type { Pack } from '../../lib/queue/packs.ts';

export interface QueuedMessage {
  readonly id: number;
  readonly body: string;
  /** Milliseconds of virtual time before which nobody may see it. */
  visibleAtMs: number;
  receives: number;
}

/** Milliseconds, as serverless.yml derives them: 6 × the 30 s that an invocation has here. */
const VISIBILITY_MS = 180_000;

/** As in infra/aws/queues.yml. */
const MAX_RECEIVES = 5;

/**
 * What SQS promises, and nothing more: a message that was taken is delivered at least once, in any order, until it is
 * deleted. A history may duplicate messages, and lose them, which SQS does only at the end of their retention.
 */
export class QueueModel {
  #messages: QueuedMessage[] = [];
  #nextId = 1;
  /** The ids of all orders in sent messages, also in those that the queue did not take. */
  readonly offered = new Set<string>();
  /** Down: every send is refused. */
  isDown = false;

  get messages(): readonly QueuedMessage[] {
    return this.#messages;
  }

  visible(nowMs: number): QueuedMessage[] {
    return this.#messages.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
  }

  accept({ messages, body }: Pack, nowMs: number): void {
    const delaySeconds = messages[0]?.delaySeconds ?? 0;
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900)
      throw new Error(`SQS refuses DelaySeconds ${delaySeconds}`);
    this.put(body, nowMs + delaySeconds * 1_000);
  }

  put(body: string, visibleAtMs: number): void {
    this.#messages.push({ id: this.#nextId, body, visibleAtMs, receives: 0 });
    this.#nextId += 1;
  }

  /** Hides messages, as a receive does; those that were received too often become dead letters instead. */
  receive(messages: readonly QueuedMessage[], nowMs: number): QueuedMessage[] {
    const dead = messages.filter(({ receives }) => receives >= MAX_RECEIVES);
    this.delete(dead);
    const received = messages.filter((message) => !dead.includes(message));
    for (const message of received) {
      message.receives += 1;
      message.visibleAtMs = nowMs + VISIBILITY_MS;
    }
    return received;
  }

  delete(messages: readonly QueuedMessage[]): void {
    const ids = new Set(messages.map(({ id }) => id));
    this.#messages = this.#messages.filter(({ id }) => !ids.has(id));
  }

  deleteAll(): void {
    this.#messages = [];
  }
}
