import type { Queryable } from '../../database/database.ts';
import { orderKey } from '../../order-key.ts';
import type { Order, Status } from '../order.ts';
import { readDetails } from './order-details.ts';

/**
 * How often the processor ran on an order in this table since it was created or redriven: failures (the column
 * `attempts`), lost workers, and the attempt in progress or the one that completed the order. The history counts in the
 * same way (`orders_updated()`). A claim for undo is not an attempt.
 */
export function attemptsOf(table: string): string {
  return `${table}.attempts + ${table}.crashes
    + (${table}.status IN ('Processing', 'Waiting', 'Completed') AND ${table}.ends_as IS NULL)::integer`;
}

/** The columns of the table `o` that make a whole order. */
export const ORDER_COLUMNS = `
  o.order_id, o.owner, o.user_id, o.item_ids, o.total_amount, o.status, o.processing_time, o.created_at, o.finished_at,
  ${attemptsOf('o')} AS attempts, o.crashes, o.redrives, o.not_before, o.reason_code, o.reason,
  o.cancel_requested_at, o.ends_as, o.detail_bytes`;

export interface OrderRow {
  order_id: string;
  owner: string;
  user_id: number;
  item_ids: number[];
  total_amount: string;
  status: Status;
  processing_time: string | null;
  created_at: Date;
  finished_at: Date | null;
  attempts: number;
  crashes: number;
  redrives: number;
  not_before: Date | null;
  reason_code: string | null;
  reason: string | null;
  detail_bytes: number | null;
  cancel_requested_at: Date | null;
  ends_as: Order['endsAs'];
}

/** The orders in these rows, with their details. */
export async function toOrders(database: Queryable, rows: readonly OrderRow[]): Promise<Order[]> {
  const orders = rows.map((row) => ({ ...toOrder(row), detailBytes: row.detail_bytes }));
  const details = await readDetails(database, orders);
  return orders.map(({ detailBytes, ...order }) => ({ ...order, details: details.get(orderKey(order)) }));
}

function toOrder(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    owner: row.owner,
    userId: row.user_id,
    itemIds: row.item_ids,
    totalAmount: row.total_amount,
    status: row.status,
    processingTime: row.processing_time === null ? null : Number(row.processing_time),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    attempts: row.attempts,
    crashes: row.crashes,
    redrives: row.redrives,
    nextAttemptAt: row.not_before,
    reasonCode: row.reason_code,
    reason: row.reason,
    cancelRequestedAt: row.cancel_requested_at,
    endsAs: row.ends_as,
  };
}

/**
 * The `effectScope` of an order (lib/orders/effect-key.ts). The request token belongs to one order for ever, while its owner may change. Only rows that the service did
 * not create have none.
 */
export const effectScopeOf = (order: string) => `
  CASE WHEN ${order}.had_id_alone AND ${order}.run <= 1 THEN NULL
       ELSE coalesce(${order}.request_token::text, ${order}.owner) || '/' || ${order}.run END`;
