import type { Queryable } from '../../database/database.ts';

/** Failed orders with one cause. */
export interface FailureGroup {
  /** Null for orders that were failed by hand, without one. */
  readonly reasonCode: string | null;
  readonly orders: number;
  /** When the first and the last of them failed; null for orders failed by hand, without a time. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** Causes in one answer. More would be codes that are none, such as one an order. */
const MAX_GROUPS = 100;

/**
 * The Failed orders by cause, the most frequent first. It reads an index that has nothing but Failed orders.
 * @param owner whose; null for anyone's
 */
export async function countFailures(database: Queryable, owner: string | null): Promise<FailureGroup[]> {
  const rows = await database.query<{
    reason_code: string | null;
    orders: number;
    oldest: Date | null;
    newest: Date | null;
  }>(
    `SELECT reason_code, count(*)::bigint AS orders, min(finished_at) AS oldest, max(finished_at) AS newest
     FROM public.orders WHERE status = 'Failed' AND ($1::text IS NULL OR owner = $1::text)
     GROUP BY reason_code ORDER BY orders DESC, reason_code LIMIT ${MAX_GROUPS}`,
    [owner],
  );
  return rows.map(({ reason_code, ...group }) => ({ reasonCode: reason_code, ...group }));
}
