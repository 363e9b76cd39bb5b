import type { Queryable } from '../../database/database.ts';
import type { Order, Status } from '../order.ts';

interface Row {
  order_id: string;
  user_id: number;
  item_ids: number[];
  total_amount: string;
  status: Status;
  processing_time: string | null;
  created_at: Date;
  finished_at: Date | null;
  attempts: number;
  crashes: number;
  not_before: Date | null;
  reason_code: string | null;
  reason: string | null;
}

/** The order with this id, or undefined. */
export async function readOrder(database: Queryable, orderId: string): Promise<Order | undefined> {
  const [row] = await database.query<Row>(
    `SELECT order_id, user_id, item_ids, total_amount, status, processing_time, created_at, finished_at,
            attempts, crashes, not_before, reason_code, reason
     FROM orders WHERE order_id = $1::text`,
    [orderId],
  );
  return row && toOrder(row);
}

function toOrder(row: Row): Order {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    itemIds: row.item_ids,
    totalAmount: row.total_amount,
    status: row.status,
    processingTime: row.processing_time === null ? null : Number(row.processing_time),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    attempts: row.attempts,
    crashes: row.crashes,
    nextAttemptAt: row.not_before,
    reasonCode: row.reason_code,
    reason: row.reason,
  };
}
