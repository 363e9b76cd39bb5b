import type { Queryable } from '../../database/database.ts';
import type { NewOrder, Order } from '../order.ts';
import { dueAt } from './due-at.ts';
import { DETAIL_COLUMNS, detailBytesOf, detailValuesOf, processAfterOf } from './order-details.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

interface AmendedValues extends NewOrder {
  readonly owner: string;
  /** The version that the values were derived from: see readOrder. */
  readonly version: string;
  /** Whether process_after is among the changes: only then does the order get another time. */
  readonly reschedules: boolean;
  /** The names of the changed fields, for the history. */
  readonly changed: string;
}

const AMEND_ORDER = `
  WITH wanted AS (
    SELECT * FROM json_to_record($1::json) AS wanted(
      "orderId" text, owner text, version text, "userId" integer, "itemIds" integer[], "totalAmount" numeric, details jsonb,
      reschedules boolean, changed text)),
  actor AS MATERIALIZED (
    SELECT public.act_as($3::text) AS name),
  o AS (
    UPDATE public.orders o SET
      user_id = "userId",
      item_ids = "itemIds",
      total_amount = "totalAmount",
      detail_bytes = ${detailBytesOf('details')},
      -- It waits since now, not since it was created.
      not_before = CASE WHEN reschedules THEN greatest(now(), ${processAfterOf('details')}) ELSE not_before END,
      due_at = CASE WHEN reschedules THEN ${dueAt(processAfterOf('details'), '$2::double precision')} ELSE due_at END,
      sends = CASE WHEN reschedules THEN 0 ELSE sends END
    FROM wanted, actor
    WHERE o.order_id = "orderId" AND o.owner = wanted.owner
      -- A claim, a cancellation, a redrive or another change in the meantime makes another version.
      AND o.xmin::text = version
      AND o.status = 'Pending' AND o.ends_as IS NULL AND o.cancel_requested_at IS NULL
    RETURNING o.*),
  removed AS (
    DELETE FROM public.order_details d USING o
    WHERE o.detail_bytes IS NULL AND d.order_id = o.order_id AND d.owner = o.owner),
  written AS (
    INSERT INTO public.order_details (order_id, owner, created_at, ${DETAIL_COLUMNS.join(', ')})
    SELECT o.order_id, o.owner, o.created_at, ${detailValuesOf('details')} FROM o, wanted WHERE details IS NOT NULL
    ON CONFLICT (order_id, owner) DO UPDATE SET
      ${DETAIL_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}),
  noted AS (
    INSERT INTO public.order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
    SELECT o.order_id, o.owner, clock_timestamp(), o.status, o.status, o.attempts + o.crashes, o.token, 'amended', changed, actor.name
    FROM o, wanted, actor)
  SELECT ${ORDER_COLUMNS}, coalesce(greatest(0, extract(epoch FROM o.not_before - now())), 0)::double precision AS wait
  FROM o`;

/** Whether the current run of the order has a recorded step. */
export async function hasRecordedStep(database: Queryable, { orderId, owner }: Order): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(
    `SELECT EXISTS (
       SELECT FROM public.orders o JOIN public.order_steps s ON s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run
       WHERE o.order_id = $1::text AND o.owner = $2::text AND s.kind = 'step') AS found`,
    [orderId, owner],
  );
  return row?.found === true;
}

/**
 * Replaces the values of a Pending order, if it is still the version that they were derived from. The history gets an entry in the
 * same statement.
 * @returns the order, and the seconds until it may start; undefined if it has changed in the meantime
 */
export async function amendOrder(
  database: Queryable,
  values: AmendedValues,
  change: { readonly actor: string; readonly resendAfterSeconds: number },
): Promise<{ readonly order: Order; readonly wait: number } | undefined> {
  const rows = await database.query<OrderRow & { wait: number }>(AMEND_ORDER, [
    JSON.stringify(values),
    change.resendAfterSeconds,
    change.actor,
  ]);
  const [order] = await toOrders(database, rows);
  return order && { order, wait: rows[0]?.wait ?? 0 };
}
