import type { Position } from '../orders/sql/list-orders.ts';

/** Seconds since 1970 of the year 1: Postgres knows earlier times, but no order is from then. */
const EARLIEST = -62_135_596_800;

/** Where a list goes on, as clients hand it back. They are not to look inside. */
export function encodeCursor({ createdAt, orderId }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, orderId])).toString('base64url');
}

/** The position in a cursor, or undefined for what no list of ours has answered. */
export function decodeCursor(cursor: string): Position | undefined {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(decoded) || decoded.length !== 2) return undefined;
    const [createdAt, orderId]: unknown[] = decoded;
    return isTime(createdAt) && isStorable(orderId) ? { createdAt, orderId } : undefined;
  } catch {
    return undefined;
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d{1,12}\.\d{6}$/.test(value) && Number(value) >= EARLIEST;
}

/** Text that Postgres can hold, as every order id is. */
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}
