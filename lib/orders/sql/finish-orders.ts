import type { Queryable } from '../../database/database.ts';
import type { OrderKey, OrderName } from '../../order-key.ts';
import { MAX_DELAY_SECONDS } from '../../queue/order-queue.ts';
import { type KeyRow, keyOfRow } from './keys.ts';

/** The outcome of a claimed order. It is claimed again after `delaySeconds` if it is Pending (a retry) or Waiting (a sleep). */
export interface Verdict extends Required<OrderName> {
  /** The fencing token of the claim. */
  readonly token: number;
  readonly status: 'Completed' | 'Failed' | 'Pending' | 'Waiting';
  /** Seconds that the processor took; null unless Completed. */
  readonly processingTime: number | null;
  /** Attempts so far that the processor ended with an error, including this one. */
  readonly failures: number;
  /** Seconds until it may be claimed again; 0 unless Pending or Waiting. */
  readonly delaySeconds: number;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}

export interface FinishOptions {
  /**
   * Seconds that the sweep waits after the next attempt was due, because its message is sent right after this commit.
   * A sleep too long for a delayed message has none: the sweep sends one when it is over.
   */
  readonly resendAfterSeconds: number;
  readonly actor: string;
}

/**
 * Writes the outcomes in one statement, and returns the keys of the orders whose outcome was written. The others were
 * claimed by another worker after this one's lease ended, and are unchanged.
 */
export async function finishOrders(
  database: Queryable,
  verdicts: readonly Verdict[],
  options: FinishOptions,
): Promise<Set<OrderKey>> {
  const rows = await database.query<KeyRow>(
    `WITH verdicts AS (
       SELECT * FROM json_to_recordset($1::json) AS v(
         "orderId" text, owner text, token bigint, status text, "processingTime" numeric, failures integer,
         "delaySeconds" double precision, "reasonCode" text, reason text)),
     actor AS MATERIALIZED (
       SELECT public.act_as($3::text) AS name),
     -- By key alone: with a condition on the status, the planner may read every Processing order for each of these.
     locked AS MATERIALIZED (
       SELECT o.order_id, o.owner, o.status, o.token
       FROM public.orders o JOIN verdicts v ON o.order_id = v."orderId" AND o.owner = v.owner
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o),
     held AS (
       SELECT o.order_id, o.owner
       FROM locked o JOIN verdicts v ON o.order_id = v."orderId" AND o.owner = v.owner AND o.token = v.token
       WHERE o.status = 'Processing')
     UPDATE public.orders o SET
       status = v.status,
       processing_time = v."processingTime",
       attempts = v.failures,
       lease_until = NULL,
       not_before = CASE WHEN v.status IN ('Pending', 'Waiting') THEN now() + v."delaySeconds" * interval '1 second' END,
       due_at = CASE WHEN v.status IN ('Pending', 'Waiting')
                THEN now() + (v."delaySeconds"
                  + CASE WHEN v.status = 'Waiting' AND v."delaySeconds" > ${MAX_DELAY_SECONDS} THEN 0 ELSE $2::double precision END) * interval '1 second' END,
       finished_at = CASE WHEN v.status NOT IN ('Pending', 'Waiting') THEN now() END,
       reason_code = v."reasonCode",
       reason = v.reason
     FROM verdicts v, held, actor
     WHERE o.order_id = held.order_id AND o.owner = held.owner
       AND v."orderId" = held.order_id AND v.owner = held.owner
     RETURNING o.order_id, o.owner`,
    [JSON.stringify(verdicts), options.resendAfterSeconds, options.actor],
  );
  return new Set(rows.map(keyOfRow));
}
