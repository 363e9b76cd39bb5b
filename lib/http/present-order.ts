import { NEXT_STATES, type Order } from '../orders/order.ts';

/** An order as clients see it. `order_id` and `status` are the contract's; the rest may only grow. */
export function presentOrder(order: Order) {
  return {
    order_id: order.orderId,
    status: order.status,
    next_states: NEXT_STATES[order.status],
    user_id: order.userId,
    item_ids: order.itemIds,
    // Text, because a JSON number is a float in most clients and this is money.
    total_amount: order.totalAmount,
    processing_time: order.processingTime,
    created_at: order.createdAt.toISOString(),
    finished_at: order.finishedAt?.toISOString() ?? null,
    attempts: order.attempts,
    crashes: order.crashes,
    redrives: order.redrives,
    next_attempt_at: order.nextAttemptAt?.toISOString() ?? null,
    reason_code: order.reasonCode,
    reason: order.reason,
  };
}
