import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Status } from '../order.ts';
import { AmbiguousOrder, findOwners } from './find-owners.ts';
import { HISTORY_OF_O } from './history-of.ts';

/** One move of an order, as the trigger recorded it in the commit that made it. */
export interface HistoryEntry {
  readonly at: Date;
  /** Null for its creation. */
  readonly from: Status | null;
  readonly to: Status;
  /** The attempt that it belongs to, counted as the order's `attempts` are; 0 before the first. */
  readonly attempt: number;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** Who made the move: a worker's invocation, an operator, or the database user. */
  readonly actor: string;
}

/** Far more than the budgets of tries, crashes and redrives allow; a bound for what is written by hand. */
const MAX_ENTRIES = 1_000;

/**
 * The moves of an order, oldest first; empty when there is no such order.
 * @param owner whose order it has to be; null for anyone's
 * @throws AmbiguousOrder when it could be anyone's, and several owners have one.
 */
export async function readHistory(database: Queryable, orderId: string, owner: string | null): Promise<HistoryEntry[]> {
  const rows = await database
    .query<{
      owner: string;
      at: Date;
      from_status: Status | null;
      to_status: Status;
      attempt: number;
      reason_code: string | null;
      reason: string | null;
      actor: string;
    }>(
      `WITH o AS MATERIALIZED (
         SELECT order_id, owner, had_id_alone FROM public.orders
         WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text) LIMIT 2)
       SELECT o.owner, h.at, h.from_status, h.to_status, h.attempt, h.reason_code, h.reason, h.actor
       FROM o CROSS JOIN LATERAL ${HISTORY_OF_O} AS h
       ORDER BY h.entry LIMIT ${MAX_ENTRIES}`,
      [orderId, owner],
    )
    .catch(foundNothing);
  if (rows.some((row) => row.owner !== rows[0]?.owner)) throw new AmbiguousOrder(await findOwners(database, orderId));
  return rows.map((row) => ({
    at: row.at,
    from: row.from_status,
    to: row.to_status,
    attempt: row.attempt,
    reasonCode: row.reason_code,
    reason: row.reason,
    actor: row.actor,
  }));
}
