import type { Queryable } from '../../database/database.ts';

/** A position in the list: right after this order. */
export interface Position {
  /** Seconds since 1970 with microseconds, as text: a Date would lose digits, and so skip or repeat orders. */
  readonly createdAt: string;
  readonly orderId: string;
  /** One commit can create orders of two owners with the same id. */
  readonly owner: string;
}

/**
 * The time of a position. Its seconds and its microseconds apart: far from 1970, a double does not hold both.
 * @param createdAt an expression: numeric
 */
export const momentOf = (createdAt: string) => `(timestamptz 'epoch'
  + trunc(${createdAt})::double precision * interval '1 second'
  + (${createdAt} % 1 * 1000000)::double precision * interval '1 microsecond')`;

/** What a row of the list says about where its page ends. */
export interface PositionRow {
  position_created_at: string;
  position_order_id: string;
  position_owner: string;
  shown: boolean;
  /** A value for the whole scan, repeated in each row. */
  scanned: number;
  matching: number;
  /** Whether the scan began with orders that are newer than this one. */
  is_later: boolean;
  /** A time before which, newest first, no order that is newer than this one comes. */
  just_before: string;
}

/**
 * The start of the next page: after the last order shown if more matches were found; after the last order read if more may
 * follow.
 * @param scan how many orders the page was to read at most
 */
export async function nextPosition(
  database: Queryable,
  rows: readonly PositionRow[],
  scan: number,
  owner: string | null,
): Promise<Position | null> {
  const next = endOf(rows, scan, owner);
  return next && withoutOthers(database, next, owner);
}

function endOf(rows: readonly PositionRow[], scan: number, owner: string | null): Position | null {
  const last = rows.at(-1);
  if (!last) return null;
  const shown = rows.filter((row) => row.shown);
  const lastShown = shown.at(-1);
  if (lastShown && last.matching > shown.length) return positionOf(lastShown);
  if (last.scanned !== scan) return null;
  if (owner === null || owner === last.position_owner) return positionOf(last);
  if (lastShown?.position_created_at === last.position_created_at) return positionOf(lastShown);
  // Reads the orders of this time again, unless the scan found no other time and so would not get any further.
  return last.is_later ? { createdAt: last.just_before, orderId: '', owner: '' } : positionOf(last);
}

/**
 * The caller gets the position, which must not contain the id and the owner of another owner's order. If it does, it is
 * replaced with the one just before the caller's next order of that time, or after all orders of that time.
 */
async function withoutOthers(database: Queryable, position: Position, owner: string | null): Promise<Position> {
  const { createdAt, orderId } = position;
  if (owner === null || orderId === '' || position.owner === owner) return position;
  const [own] = await database.query<{ order_id: string }>(
    `SELECT order_id FROM public.orders
     WHERE owner = $1::text AND owner <> '' AND order_id <= $3::text
       AND created_at = ${momentOf('$2::numeric')}
     ORDER BY order_id DESC LIMIT 1`,
    [owner, createdAt, orderId],
  );
  // The list is in descending order, and in every collation a longer text comes after its own start.
  return own ? { createdAt, orderId: own.order_id, owner: `${owner}\u0001` } : { createdAt, orderId: '', owner: '' };
}

function positionOf(row: PositionRow): Position {
  return { createdAt: row.position_created_at, orderId: row.position_order_id, owner: row.position_owner };
}
