import type { OrderMessage, OrderQueue, SendOutcome } from '../../lib/queue/order-queue.ts';

/** Replaces lib/queue/sqs.ts where only the time until the commit is measured: it accepts every message immediately. */
export class SqsOrderQueue implements OrderQueue {
  async send(messages: readonly OrderMessage[]): Promise<SendOutcome> {
    return { accepted: messages.map(({ orderId }) => orderId), failed: [] };
  }

  close(): void {}
}
