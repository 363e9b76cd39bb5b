import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Order } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

/**
 * The order with this id, or undefined.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order
 */
export async function readOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
): Promise<Order | undefined> {
  const rows = await database
    .query<OrderRow>(
      `SELECT ${ORDER_COLUMNS}
       FROM public.orders o WHERE o.order_id = $1::text AND ($2::text IS NULL OR o.owner = $2::text) LIMIT 2`,
      [orderId, owner],
    )
    .catch(foundNothing);
  if (rows.length > 1) throw await ambiguous(database, orderId);
  const [row] = rows;
  return row && toOrder(row);
}
