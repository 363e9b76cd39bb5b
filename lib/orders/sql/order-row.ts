import type { Queryable } from '../../database/database.ts';
import { orderKey } from '../../order-key.ts';
import type { Order } from '../order.ts';
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

/** An order as its row has it: the processing time is decimal text, and the details are in another table. */
export type OrderRow = Omit<Order, 'processingTime' | 'details'> & {
  readonly processingTime: string | null;
  readonly detailBytes: number | null;
};

/** The fields of a row, each with its expression on the table `o`. */
const FIELDS: Readonly<Record<keyof OrderRow, string>> = {
  orderId: 'o.order_id',
  owner: 'o.owner',
  userId: 'o.user_id',
  itemIds: 'o.item_ids',
  totalAmount: 'o.total_amount',
  status: 'o.status',
  processingTime: 'o.processing_time',
  createdAt: 'o.created_at',
  finishedAt: 'o.finished_at',
  attempts: attemptsOf('o'),
  crashes: 'o.crashes',
  redrives: 'o.redrives',
  nextAttemptAt: 'o.not_before',
  reasonCode: 'o.reason_code',
  reason: 'o.reason',
  cancelRequestedAt: 'o.cancel_requested_at',
  endsAs: 'o.ends_as',
  detailBytes: 'o.detail_bytes',
};

/** The columns of the table `o` that make a whole order. */
export const ORDER_COLUMNS = Object.entries(FIELDS)
  .map(([field, expression]) => `${expression} AS "${field}"`)
  .join(', ');

/** The orders in these rows, with their details. Other columns of the rows are left out. */
export async function toOrders(database: Queryable, rows: readonly OrderRow[]): Promise<Order[]> {
  const details = await readDetails(database, rows);
  return rows.map((row) => {
    const fields = Object.keys(FIELDS).map((field) => [field, row[field as keyof OrderRow]]);
    const { processingTime, detailBytes: _, ...order } = Object.fromEntries(fields) as OrderRow;
    return {
      ...order,
      processingTime: processingTime === null ? null : Number(processingTime),
      details: details.get(orderKey(order)),
    };
  });
}

/**
 * The `effectScope` of an order (lib/orders/effect-key.ts). The request token belongs to one order for ever, while its owner may change. Only rows that the service did
 * not create have none.
 */
export const effectScopeOf = (order: string) => `
  CASE WHEN ${order}.had_id_alone AND ${order}.run <= 1 THEN NULL
       ELSE coalesce(${order}.request_token::text, ${order}.owner) || '/' || ${order}.run END`;
