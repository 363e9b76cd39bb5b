import type { OrderKey, OrderName } from '../order-key.ts';

/** A note that an order wants processing. It carries nothing of it but its name: the row is the truth. */
export interface OrderMessage extends OrderName {
  /** Seconds before a worker may see it, 0 to 900 (the bound of SQS). Default 0. */
  readonly delaySeconds?: number;
  /** The trace that the order is in, for its log entries. Default: that of the invocation which sends it. */
  readonly traceparent?: string | undefined;
  /** Times that workers have sent it on without an attempt of its order (lib/orders/send-again.ts). Default 0. */
  readonly hops?: number | undefined;
}

/** The queue as the domain sees it. */
export interface OrderQueue {
  /**
   * Sends each message, and says which orders' were accepted. Never throws: a message that could not be sent is an ordinary
   * outcome, since the order's `due_at` has the sweep send it later.
   */
  send(messages: readonly OrderMessage[]): Promise<SendOutcome>;
}

export interface SendOutcome {
  readonly accepted: readonly OrderKey[];
  readonly failed: readonly (OrderName & { readonly reason: string })[];
}
