import type { OrderMessage, OrderQueue, SendOutcome } from '../../lib/queue/order-queue.ts';

/** Stands for lib/queue/sqs.ts where only the way to the commit is measured: it accepts everything at once. */
export class SqsOrderQueue implements OrderQueue {
  async send(messages: readonly OrderMessage[]): Promise<SendOutcome> {
    return { accepted: messages.map(({ orderId }) => orderId), failed: [] };
  }

  close(): void {}
}
