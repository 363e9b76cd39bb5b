import type { Queryable } from '../../database/database.ts';

/** Failed orders with one cause. */
interface FailureGroup {
  /** Null for orders without a code, which were set to Failed manually. */
  readonly reasonCode: string | null;
  readonly orders: number;
  /** When the first and the last of them failed; null for orders set to Failed manually, without a time. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** The most causes in one response. If there are more, the codes are not real codes, for example one per order. */
const MAX_GROUPS = 100;

/**
 * The Failed orders by cause, most frequent first. Reads an index that contains only Failed orders.
 * @param owner the required owner; null for any
 */
export async function countFailures(database: Queryable, owner: string | null): Promise<FailureGroup[]> {
  return database.query<FailureGroup>(
    `SELECT reason_code AS "reasonCode", count(*)::bigint AS orders, min(finished_at) AS oldest, max(finished_at) AS newest
     FROM public.orders WHERE status = 'Failed' AND ($1::text IS NULL OR owner = $1::text)
     GROUP BY reason_code ORDER BY orders DESC, reason_code LIMIT ${MAX_GROUPS}`,
    [owner],
  );
}
