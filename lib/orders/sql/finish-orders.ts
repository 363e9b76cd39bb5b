import type { Queryable } from '../../database/database.ts';
import type { OrderKey, OrderName } from '../../order-key.ts';
import type { Status } from '../order.ts';
import { dueAt } from './due-at.ts';
import { type KeyRow, keyOfRow } from './keys.ts';

/** The outcome of a claimed order. It is claimed again after `delaySeconds` if it is Pending (a retry) or Waiting. */
export interface Verdict extends Required<OrderName> {
  /** The fencing token of the claim. */
  readonly token: number;
  readonly status: 'Completed' | 'Failed' | 'Pending' | 'Waiting';
  /** Seconds that the processor took; null unless Completed. */
  readonly processingTime: number | null;
  /** Attempts so far that the processor ended with an error, including this one. */
  readonly failures: number;
  /** Claims for undo since the last one that undid a step, this one included; absent if the claim was not for undo. */
  readonly undoAttempts?: number;
  /** Seconds until it may be claimed again; 0 unless Pending or Waiting. */
  readonly delaySeconds: number;
  /** Signals that the worker knows of, 0 by default. If there are more, a Waiting order may be claimed again at once. */
  readonly signals?: number;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}

interface FinishOptions {
  /** Seconds that the sweep waits after the next attempt was due, because its message is sent right after this commit. */
  readonly resendAfterSeconds: number;
  readonly actor: string;
}

/** The state of an order after its outcome was written. */
export interface Finished {
  readonly status: Status;
  /** Seconds until it may be claimed again. */
  readonly delaySeconds: number;
}

/**
 * Writes the outcomes in one statement, and returns the orders whose outcome was written. The others were
 * claimed by another worker after this one's lease ended, and are unchanged. The trigger `orders_ending()` may change what is
 * written: an order that was cancelled becomes Cancelled unless it is Completed, and one with steps to undo does not end yet.
 */
export async function finishOrders(
  database: Queryable,
  verdicts: readonly Verdict[],
  options: FinishOptions,
): Promise<Map<OrderKey, Finished>> {
  const rows = await database.query<KeyRow & { status: Status; delay: number }>(
    `WITH verdicts AS (
       SELECT * FROM json_to_recordset($1::json) AS v(
         "orderId" text, owner text, token bigint, status text, "processingTime" numeric, failures integer,
         "undoAttempts" integer, "delaySeconds" double precision, signals integer, "reasonCode" text, reason text)),
     actor AS MATERIALIZED (
       SELECT public.act_as($3::text) AS name),
     -- By key alone: with a condition on the status, the planner may read every Processing order for each of these.
     locked AS MATERIALIZED (
       SELECT o.order_id, o.owner, o.status, o.token, o.signals
       FROM public.orders o JOIN verdicts v ON o.order_id = v."orderId" AND o.owner = v.owner
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o),
     held AS (
       SELECT o.order_id, o.owner,
         -- A signal that came in the meantime is not waited for.
         CASE WHEN v.status = 'Waiting' AND o.signals > coalesce(v.signals, 0) THEN 0 ELSE v."delaySeconds" END AS delay
       FROM locked o JOIN verdicts v ON o.order_id = v."orderId" AND o.owner = v.owner AND o.token = v.token
       WHERE o.status = 'Processing')
     UPDATE public.orders o SET
       status = v.status,
       processing_time = v."processingTime",
       attempts = v.failures,
       undo_attempts = coalesce(v."undoAttempts", o.undo_attempts),
       lease_until = NULL,
       not_before = CASE WHEN v.status IN ('Pending', 'Waiting') THEN now() + held.delay * interval '1 second' END,
       due_at = CASE WHEN v.status IN ('Pending', 'Waiting')
                THEN ${dueAt(`(now() + held.delay * interval '1 second')`, '$2::double precision')} END,
       finished_at = CASE WHEN v.status NOT IN ('Pending', 'Waiting') THEN now() END,
       reason_code = v."reasonCode",
       reason = v.reason
     FROM verdicts v, held, actor
     WHERE o.order_id = held.order_id AND o.owner = held.owner
       AND v."orderId" = held.order_id AND v.owner = held.owner
     RETURNING o.order_id, o.owner, o.status,
       greatest(0, coalesce(extract(epoch FROM o.not_before - now()), 0))::double precision AS delay`,
    [JSON.stringify(verdicts), options.resendAfterSeconds, options.actor],
  );
  return new Map(rows.map(({ status, delay, ...key }) => [keyOfRow(key), { status, delaySeconds: delay }]));
}
