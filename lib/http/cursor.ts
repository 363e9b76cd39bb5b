import { isStorable } from '../order-key.ts';
import type { Position } from '../orders/sql/list-position.ts';

/** The year 1, in seconds since 1970. Postgres supports earlier times, but no order is that old. */
const EARLIEST = -62_135_596_800;

/** Encodes the position after which a list continues. To clients, the cursor is opaque. */
export function encodeCursor({ createdAt, orderId, owner }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, orderId, owner])).toString('base64url');
}

/** The position in a cursor, or undefined if it did not come from a list response. */
export function decodeCursor(cursor: string): Position | undefined {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(decoded) || decoded.length < 2 || decoded.length > 3) return undefined;
    // Without an owner, it is from before ids belonged to owners: only one order had the id.
    const [createdAt, orderId, owner = '']: unknown[] = decoded;
    return isTime(createdAt) && isStorable(orderId) && isStorable(owner) ? { createdAt, orderId, owner } : undefined;
  } catch {
    return undefined;
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d{1,12}\.\d{6}$/.test(value) && Number(value) >= EARLIEST;
}
