import type { Queryable } from '../../database/database.ts';
import type { OrderKey } from '../../order-key.ts';
import type { EffectSource } from '../effect-key.ts';
import type { Order } from '../order.ts';
import { type KeyRow, keyOfRow, keysToJson, WANTED_KEYS } from './keys.ts';
import type { Detailed } from './order-details.ts';
import { attemptsOf, effectScopeOf } from './order-row.ts';

export interface ClaimOptions {
  /** The duration of the claim in seconds: the remaining time of the invocation plus a margin. */
  readonly leaseSeconds: number;
  /** True to claim the orders that have lost a worker before, false to claim the others. */
  readonly suspects: boolean;
  /** The number of dead leases at which an order becomes Failed instead of claimed, and its undo is given up. */
  readonly maxCrashes: number;
  /** The claiming worker, for the history. */
  readonly actor: string;
}

/** An order that this worker holds until its lease expires. */
export interface Claim extends Detailed, EffectSource {
  readonly run: number;
  /** The fencing token: finishing requires that it is still the order's. */
  readonly token: number;
  /** 1 for the first attempt since the order was created or redriven. */
  readonly attempt: number;
  /** Earlier attempts that the processor ended with an error. */
  readonly failures: number;
  /** Signals received so far, in all runs. */
  readonly signals: number;
  /** The status that it gets once its steps are undone: this claim is for undo. Null for any other. */
  readonly endsAs: Order['endsAs'];
  /** The number of this claim for undo since the last one that undid a step; 0 if there is nothing to undo. */
  readonly undoAttempts: number;
  readonly userId: number;
  readonly itemIds: readonly number[];
  readonly totalAmount: string;
  readonly createdAt: Date;
}

/**
 * Why an order was not claimed:
 * - `unknown`: the order does not exist, as far as is committed.
 * - `settled`: finished, or ended by this claim: its crash budget is used up, or it was cancelled before its worker died.
 * - `to-undo`: this claim would have ended it, but its steps are to be undone first. It can be claimed again immediately.
 * - `held`: another worker has a live lease.
 * - `waiting`: its next attempt may not start yet; it has a due date.
 * - `suspect`: it lost a worker before, and this claim does not cover such orders (or the other way round).
 * - `paused`: processing is paused, so nothing can be claimed.
 * - `locked`: another transaction has it locked right now; retrying soon may help.
 */
export type Unclaimed = 'unknown' | 'settled' | 'to-undo' | 'held' | 'waiting' | 'paused' | 'suspect' | 'locked';

export interface ClaimResult {
  readonly claims: readonly Claim[];
  readonly unclaimed: ReadonlyMap<OrderKey, Unclaimed>;
}

/** It has lost a worker, or an undo of it did not succeed. */
export function isSuspect(table: string): string {
  return `(${table}.crashes > 0 OR ${table}.undo_attempts > 0 OR ${table}.status = 'Processing')`;
}

/**
 * This single statement applies the crash budget and writes the lease, so that two workers cannot disagree. It also
 * checks whether processing is paused. If it is, no order was claimed. A trigger (`orders_ending()`) may change the status
 * that is written here: an order with steps to undo does not end, and a cancelled one is not processed.
 */
const CLAIM_ORDERS = `
  WITH wanted AS (
    SELECT DISTINCT order_id, owner FROM ${WANTED_KEYS}),
  actor AS MATERIALIZED (
    SELECT public.act_as($5::text) AS name),
  control AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM public.processing_control WHERE paused) AS paused),
  -- By key alone, with the checks afterwards: with a condition on the status, the planner may read all Pending orders
  -- instead of those of the batch.
  free AS MATERIALIZED (
    SELECT o.order_id, o.owner, o.status, o.crashes, o.undo_attempts, o.ends_as, o.not_before, o.lease_until
    FROM public.orders o JOIN wanted USING (order_id, owner)
    WHERE NOT (SELECT paused FROM control)
    ORDER BY o.order_id, o.owner
    FOR UPDATE OF o SKIP LOCKED),
  ready AS (
    SELECT o.order_id, o.owner,
           o.status = 'Processing' AS lost,
           o.status = 'Processing' AND CASE WHEN o.ends_as IS NULL THEN o.crashes + 1 ELSE o.undo_attempts END >= $4::integer
             AS lost_too_often
    FROM free o
    WHERE ((o.status IN ('Pending', 'Waiting') AND (o.not_before IS NULL OR o.not_before <= now()))
        OR (o.status = 'Processing' AND o.lease_until <= now()))
      AND ${isSuspect('o')} = $3::boolean),
  claimed AS (
    UPDATE public.orders o SET
      status = CASE WHEN ready.lost_too_often THEN 'Failed' ELSE 'Processing' END,
      token = o.token + 1,
      crashes = o.crashes + (ready.lost AND o.ends_as IS NULL)::integer,
      undo_attempts = o.undo_attempts + (o.ends_as IS NOT NULL)::integer,
      lease_until = CASE WHEN NOT ready.lost_too_often THEN now() + $2::double precision * interval '1 second' END,
      -- The sweep checks just after the lease ends, when the order can be claimed again.
      due_at = CASE WHEN NOT ready.lost_too_often
               THEN now() + ($2::double precision + 1) * interval '1 second' END,
      not_before = NULL,
      finished_at = CASE WHEN ready.lost_too_often THEN now() END,
      sends = 0,
      reason_code = CASE WHEN ready.lost_too_often AND o.ends_as IS NOT NULL THEN 'undo_failed'
                         WHEN ready.lost THEN 'worker_lost'
                         WHEN o.ends_as IS NOT NULL THEN 'undo' END,
      reason = CASE WHEN ready.lost THEN 'its worker stopped responding before it finished'
                    WHEN o.ends_as IS NOT NULL THEN 'its steps are to be undone' END
    FROM ready CROSS JOIN actor
    WHERE o.order_id = ready.order_id AND o.owner = ready.owner
    RETURNING o.order_id, o.owner, o.run, ${effectScopeOf('o')} AS effect_scope, o.status, o.token, ${attemptsOf('o')} AS attempt,
              o.attempts AS failures, o.signals, o.ends_as, o.undo_attempts, o.user_id, o.item_ids, o.total_amount, o.created_at,
              o.detail_bytes)
  SELECT wanted.order_id, wanted.owner, c.run, c.effect_scope AS "effectScope", c.token, c.attempt, c.failures, c.signals,
    c.ends_as AS "endsAs", c.undo_attempts AS "undoAttempts", c.user_id AS "userId", c.item_ids AS "itemIds",
    c.total_amount AS "totalAmount", c.created_at AS "createdAt", c.detail_bytes AS "detailBytes",
    CASE
      WHEN c.status = 'Processing' THEN NULL
      WHEN c.status IN ('Failed', 'Cancelled') THEN 'settled'
      WHEN c.status IS NOT NULL THEN 'to-undo'
      WHEN seen.order_id IS NULL THEN 'unknown'
      WHEN seen.due_at IS NULL THEN 'settled'
      WHEN seen.lease_until > now() THEN 'held'
      WHEN seen.not_before > now() THEN 'waiting'
      WHEN (SELECT paused FROM control) THEN 'paused'
      WHEN ${isSuspect('seen')} <> $3::boolean THEN 'suspect'
      ELSE 'locked'
    END AS unclaimed
  -- A FULL JOIN cannot be a nested loop. The planner expects one claimed order, so a LEFT JOIN would compare every wanted order with
  -- every claimed one.
  FROM wanted
  FULL JOIN claimed c ON c.order_id = wanted.order_id AND c.owner = wanted.owner
  LEFT JOIN public.orders seen ON seen.order_id = CASE WHEN c.order_id IS NULL THEN wanted.order_id END AND seen.owner = wanted.owner`;

type Row = Omit<Claim, 'orderId'> & KeyRow & { readonly unclaimed: Unclaimed | null };

/**
 * Claims the orders that may be processed now, in one statement, and returns for each of the others why it was not claimed. Both are
 * in the sequence of the keys.
 */
export async function claimOrders(
  database: Queryable,
  keys: readonly OrderKey[],
  options: ClaimOptions,
): Promise<ClaimResult> {
  const { leaseSeconds, suspects, maxCrashes, actor } = options;
  const parameters = [keysToJson(keys), leaseSeconds, suspects, maxCrashes, actor];
  const rows = await database.query<Row>(CLAIM_ORDERS, parameters);
  const byKey = new Map(rows.map((row) => [keyOfRow(row), row]));
  const unclaimed = new Map<OrderKey, Unclaimed>();
  const claims: Claim[] = [];
  for (const key of new Set(keys)) {
    const row = byKey.get(key);
    if (!row) continue;
    const { unclaimed: reason, order_id: orderId, ...claim } = row;
    if (reason) unclaimed.set(key, reason);
    else claims.push({ orderId, ...claim });
  }
  return { claims, unclaimed };
}
