import { type OrderKey, orderKey, parseKey } from '../../order-key.ts';

/** A table of orders with the columns order_id and owner, from the first parameter of a statement: see keysToJson. */
export const WANTED_KEYS = 'json_to_recordset($1::json) AS wanted(order_id text, owner text)';

export function keysToJson(keys: readonly OrderKey[]): string {
  return JSON.stringify(keys.map(parseKey).map(({ orderId, owner }) => ({ order_id: orderId, owner })));
}

/** The columns that identify an order. */
export interface KeyRow {
  readonly order_id: string;
  readonly owner: string;
}

export function keyOfRow({ order_id: orderId, owner }: KeyRow): OrderKey {
  return orderKey({ orderId, owner });
}
