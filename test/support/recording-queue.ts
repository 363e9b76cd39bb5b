import { orderKey } from '../../lib/order-key.ts';
import type { OrderMessage, OrderQueue, SendOutcome } from '../../lib/queue/order-queue.ts';

/** A queue that only records messages, and rejects those that a test chooses. (The SQS adapter has its own suite.) */
export class RecordingQueue implements OrderQueue {
  /** One entry per call of `send`. */
  readonly sends: (readonly OrderMessage[])[] = [];
  /** Decides whether a message is rejected. */
  refuses: (message: OrderMessage) => boolean = () => false;

  async send(messages: readonly OrderMessage[]): Promise<SendOutcome> {
    this.sends.push(messages);
    const accepted = messages.filter((message) => !this.refuses(message));
    const failed = messages.filter((message) => this.refuses(message));
    return {
      accepted: accepted.map(orderKey),
      failed: failed.map(({ orderId, owner = '' }) => ({ orderId, owner, reason: 'refused by the test' })),
    };
  }

  /** The order ids of all messages, in the order in which they were sent. */
  get orderIds(): string[] {
    return this.sends.flat().map(({ orderId }) => orderId);
  }
}
