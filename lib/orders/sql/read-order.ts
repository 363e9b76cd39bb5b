import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Order } from '../order.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

/**
 * The order with this id, or undefined.
 * @param owner whose order it has to be; null for anyone's
 */
export async function readOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
): Promise<Order | undefined> {
  const [row] = await database
    .query<OrderRow>(
      `SELECT ${ORDER_COLUMNS}
       FROM public.orders o WHERE o.order_id = $1::text AND ($2::text IS NULL OR o.owner = $2::text)`,
      [orderId, owner],
    )
    .catch(foundNothing);
  return row && toOrder(row);
}
