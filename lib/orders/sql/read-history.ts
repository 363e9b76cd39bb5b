import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Status } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { HISTORY_OF_O } from './history-of.ts';

/** One transition of an order, as recorded by the trigger in the commit that made it. */
interface HistoryEntry {
  readonly at: Date;
  /** Null for the creation of the order. */
  readonly from: Status | null;
  readonly to: Status;
  /** The attempt during which it happened, counted like the order's `attempts`; 0 before the first. */
  readonly attempt: number;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** Who made the transition: an invocation of the worker, an operator, or a database user. */
  readonly actor: string;
}

/** Many more than the budgets of attempts, crashes and redrives allow. Each sleep adds two. */
const MAX_ENTRIES = 1_000;

/**
 * The latest transitions of an order, oldest first; empty if the order does not exist.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order
 */
export async function readHistory(database: Queryable, orderId: string, owner: string | null): Promise<HistoryEntry[]> {
  const rows = await database
    .query<HistoryEntry & { owners: number }>(
      `WITH o AS MATERIALIZED (
         SELECT order_id, owner, had_id_alone FROM public.orders
         WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text) LIMIT 2),
       latest AS (
         SELECT h.* FROM o CROSS JOIN LATERAL ${HISTORY_OF_O} AS h ORDER BY h.entry DESC LIMIT ${MAX_ENTRIES})
       SELECT (SELECT count(*) FROM o)::integer AS owners, at, from_status AS "from", to_status AS "to", attempt,
         reason_code AS "reasonCode", reason, actor
       FROM latest ORDER BY entry`,
      [orderId, owner],
    )
    .catch(foundNothing);
  if (rows.some(({ owners }) => owners > 1)) throw await ambiguous(database, orderId);
  return rows.map(({ owners: _, ...entry }) => entry);
}
