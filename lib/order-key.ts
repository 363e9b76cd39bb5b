/**
 * Names exactly one order, as text, so that it can be the key of a map. Two owners may use the same order id. The key of an order
 * without an owner is its id; NUL separates the parts of any other key, since neither can contain it.
 */
export type OrderKey = string;

export function orderKey({ orderId, owner = '' }: OrderName): OrderKey {
  return owner === '' ? orderId : `${owner}\0${orderId}`;
}

export interface OrderName {
  readonly orderId: string;
  /** Default: '', the owner of every order on a stage without authorization. */
  readonly owner?: string;
}

export function parseKey(key: OrderKey): Required<OrderName> {
  const end = key.indexOf('\0');
  return end === -1 ? { orderId: key, owner: '' } : { orderId: key.slice(end + 1), owner: key.slice(0, end) };
}

/** The log fields that identify an order. */
export function logged({ orderId, owner = '' }: OrderName) {
  return { order_id: orderId, ...(owner !== '' && { owner }) };
}

/** True for text that Postgres can store, as it can every order id and owner. */
export function isStorable(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}
