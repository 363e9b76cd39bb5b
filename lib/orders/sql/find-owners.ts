import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import { type OrderKey, parseKey } from '../../order-key.ts';
import { type KeyRow, keyOfRow } from './keys.ts';

/** How many owners an error lists: enough for a person to choose from. */
const MAX_OWNERS = 20;

/** Several owners have an order with this id, and the request did not specify the owner. */
export class AmbiguousOrder extends Error {
  override readonly name = 'AmbiguousOrder';
  readonly owners: readonly string[];

  constructor(orderId: string, owners: readonly string[]) {
    super(
      `Several owners have an order with the id ${orderId}: ${owners.map((owner) => JSON.stringify(owner)).join(', ')}.`,
    );
    this.owners = owners;
  }
}

/** The owners of the orders with this id. */
async function findOwners(database: Queryable, orderId: string): Promise<string[]> {
  const rows = await database
    .query<{ owner: string }>(
      `SELECT owner FROM public.orders WHERE order_id = $1::text ORDER BY owner LIMIT ${MAX_OWNERS}`,
      [orderId],
    )
    .catch(foundNothing);
  return rows.map(({ owner }) => owner);
}

/** @returns the error for a request about an order with this id that does not say whose. */
export async function ambiguous(database: Queryable, orderId: string): Promise<AmbiguousOrder> {
  return new AmbiguousOrder(orderId, await findOwners(database, orderId));
}

/** @throws AmbiguousOrder when several owners have an order with one of these ids. */
export async function refuseAmbiguous(database: Queryable, orderIds: readonly string[]): Promise<void> {
  const [row] = await database.query<{ order_id: string }>(
    `SELECT order_id FROM public.orders WHERE order_id IN (SELECT json_array_elements_text($1::json))
     GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id LIMIT 1`,
    [JSON.stringify(orderIds)],
  );
  if (row) throw await ambiguous(database, row.order_id);
}

/**
 * The orders that messages without an owner can refer to, in addition to orders without one: before ids belonged to
 * owners, messages did not contain owners.
 * @returns their keys, by the key without an owner; nothing for keys with one
 */
export async function findByIdAlone(
  database: Queryable,
  keys: readonly OrderKey[],
): Promise<ReadonlyMap<OrderKey, OrderKey>> {
  const orderIds = keys.filter((key) => parseKey(key).owner === '');
  if (orderIds.length === 0) return new Map();
  const rows = await database
    .query<KeyRow>(
      `SELECT order_id, owner FROM public.orders
     WHERE order_id IN (SELECT json_array_elements_text($1::json)) AND had_id_alone AND owner <> ''`,
      [JSON.stringify(orderIds)],
    )
    .catch(foundNothing);
  return new Map(rows.map((row) => [row.order_id, keyOfRow(row)]));
}
