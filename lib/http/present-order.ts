import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { NEXT_STATES, type Order, type OrderDetails, type StepReport } from '../orders/order.ts';
import { UNDO_FAILED, UNEXPECTED_FAILURE } from '../orders/retry-policy.ts';
import { callerOf } from './caller.ts';

/** The order as JSON for this caller. `order_id` and `status` are in the contract; fields may be added, never removed. */
export function presentOrder(event: APIGatewayProxyEventV2, order: Order) {
  return {
    order_id: order.orderId,
    owner: order.owner,
    status: order.status,
    next_states: NEXT_STATES[order.status],
    user_id: order.userId,
    item_ids: order.itemIds,
    // Text, because most clients parse a JSON number as a float, and this is money.
    total_amount: order.totalAmount,
    ...presentDetails(order.details),
    processing_time: order.processingTime,
    created_at: order.createdAt.toISOString(),
    finished_at: order.finishedAt?.toISOString() ?? null,
    attempts: order.attempts,
    crashes: order.crashes,
    redrives: order.redrives,
    next_attempt_at: order.nextAttemptAt?.toISOString() ?? null,
    reason_code: order.reasonCode,
    reason: presentReason(event, order),
    cancel_requested_at: order.cancelRequestedAt?.toISOString() ?? null,
    ends_as: order.endsAs,
  };
}

function presentDetails({ currency, customerRef, metadata = {}, items = [], processAfter }: OrderDetails = {}) {
  return {
    currency: currency ?? null,
    customer_ref: customerRef ?? null,
    process_after: processAfter?.toISOString() ?? null,
    metadata,
    items: items.map(({ sku, quantity, unitPrice, metadata = {} }) => ({
      sku,
      quantity,
      unit_price: unitPrice,
      metadata,
    })),
  };
}

/** The representation of GET /orders/{order_id}, which its ETag is made from. */
export function presentWithSteps(
  event: APIGatewayProxyEventV2,
  order: Order & { readonly steps: readonly StepReport[] },
) {
  return { ...presentOrder(event, order), steps: presentSteps(order.steps) };
}

function presentSteps(steps: readonly StepReport[]) {
  return steps.map(({ startedAt, finishedAt, undoneAt, resultBytes, ...step }) => ({
    ...step,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    undone_at: undoneAt?.toISOString() ?? null,
    result_bytes: resultBytes,
  }));
}

/**
 * The author of a processor chose the text of a PermanentFailure or TransientFailure. Any other error comes from a library
 * and may contain hosts and users, so only operators see it. The reason of an undo that failed may be of either kind.
 */
export function presentReason(
  event: APIGatewayProxyEventV2,
  { reasonCode, reason }: Pick<Order, 'reasonCode' | 'reason'>,
) {
  if (callerOf(event).seesAll) return reason;
  if (reasonCode === UNDO_FAILED) return 'a step could not be undone';
  return reasonCode === UNEXPECTED_FAILURE ? 'the processor failed' : reason;
}
