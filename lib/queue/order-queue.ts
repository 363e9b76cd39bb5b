import type { OrderKey, OrderName } from '../order-key.ts';

/** The limit of SQS on DelaySeconds. */
export const MAX_DELAY_SECONDS = 900;

/**
 * The delay of a message for an order that may start in so many seconds: 0 if it may start now, otherwise between 0.5 and 1.5 seconds
 * longer. SQS takes whole seconds, and a message that arrives too early would wait for the sweep.
 */
export function delayFor(seconds: number): number {
  return seconds <= 0 ? 0 : Math.min(MAX_DELAY_SECONDS, Math.ceil(seconds + 0.5));
}

/** The request to process an order. It contains only the id: the row is the source of truth. */
export interface OrderMessage extends OrderName {
  /** Seconds before a worker can see it, 0 to MAX_DELAY_SECONDS. Default 0. */
  readonly delaySeconds?: number;
  /** The trace of the order, for its log entries. Default: that of the sending invocation. */
  readonly traceparent?: string | undefined;
  /** How many times workers have sent it on without an attempt of its order (lib/orders/send-again.ts). Default 0. */
  readonly hops?: number | undefined;
  /** True for an order that must not share its message, such as one that lost a worker. Default false. */
  readonly alone?: boolean | undefined;
}

/** The interface of the queue for the domain. */
export interface OrderQueue {
  /**
   * Sends each order, several per message if the queue does so, and returns which were accepted. Never throws: an order that
   * could not be sent is a normal outcome, because the sweep sends it later according to the order's `due_at`.
   */
  send(messages: readonly OrderMessage[]): Promise<SendOutcome>;
}

export interface SendOutcome {
  readonly accepted: readonly OrderKey[];
  readonly failed: readonly (OrderName & { readonly reason: string })[];
}
