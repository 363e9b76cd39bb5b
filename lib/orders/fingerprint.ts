import { hash } from 'node:crypto';
import Big from 'big.js';
import type { Metadata, NewOrder, OrderDetails } from './order.ts';

/**
 * A digest of the values, so that a replay may write the same amount differently (9.5 for 9.50), and metadata in another
 * order. It must never change for an order, because it is stored: an order without details has no entry for them.
 */
export function fingerprintOf({ orderId, userId, itemIds, totalAmount, details }: NewOrder): string {
  const values = [orderId, userId, itemIds, amount(totalAmount), ...(details ? [detailsIn(details)] : [])];
  return hash('sha256', JSON.stringify(values), 'base64url');
}

function detailsIn({ currency, customerRef, metadata = {}, items = [], processAfter }: OrderDetails) {
  const lines = items.map((item) => [item.sku, item.quantity, amount(item.unitPrice), sorted(item.metadata ?? {})]);
  return [currency ?? null, customerRef ?? null, sorted(metadata), lines, processAfter ?? null];
}

function amount(text: string): string {
  return new Big(text).toFixed();
}

function sorted(metadata: Metadata): [string, string][] {
  return Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
}
