import { orderKey } from '../../lib/order-key.ts';
import type { OrderMessage, OrderQueue, SendOutcome } from '../../lib/queue/order-queue.ts';

/** A queue that only takes note, and refuses what it is told to. (The SQS adapter has its own suite.) */
export class RecordingQueue implements OrderQueue {
  /** One entry a call of `send`. */
  readonly sends: (readonly OrderMessage[])[] = [];
  /** Says of each message whether it is refused. */
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

  /** Order ids of all messages it was given, in their order. */
  get orderIds(): string[] {
    return this.sends.flat().map(({ orderId }) => orderId);
  }
}
