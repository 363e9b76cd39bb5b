import type { Queryable } from '../../database/database.ts';
import { type OrderKey, parseKey } from '../../order-key.ts';
import { type KeyRow, keyOfRow } from './keys.ts';

/** A `reasonCode` that selects orders without one, such as orders that were set to Failed manually. */
export const WITHOUT_CODE = '';

/** Which Failed orders; without ids and code, all of them. */
export interface FailedSelection {
  readonly orderIds: readonly string[] | null;
  readonly reasonCode: string | null;
  /** The required owner; null for any. */
  readonly owner: string | null;
  /** Only orders after this one, by id and owner; null to start with the first. */
  readonly after: OrderKey | null;
  /** The most orders, by id and owner in ascending order. */
  readonly limit: number;
  /** The redrive limit; an order that has reached it is skipped. */
  readonly maxRedrives: number;
}

const SELECTED = `
  status = 'Failed'
  AND ($1::json IS NULL OR order_id IN (SELECT json_array_elements_text($1::json)))
  AND ($2::text IS NULL OR reason_code = $2::text OR ($2::text = '${WITHOUT_CODE}' AND reason_code IS NULL))
  AND ($3::text IS NULL OR owner = $3::text)
  AND ($4::text IS NULL OR (order_id, owner) > ($4::text, $5::text))`;

function selectedBy({ orderIds, reasonCode, owner, after }: FailedSelection) {
  const from = after === null ? null : parseKey(after);
  return [orderIds && JSON.stringify(orderIds), reasonCode, owner, from?.orderId ?? null, from?.owner ?? null];
}

/**
 * Moves Failed orders back to Pending with new budgets, and returns them, sorted. The token is not reset: a worker that
 * held the order long ago still cannot finish it.
 */
export async function redriveOrders(
  database: Queryable,
  selection: FailedSelection,
  change: {
    readonly actor: string;
    readonly reason: string;
    readonly newRun: boolean;
    readonly resendAfterSeconds: number;
  },
): Promise<OrderKey[]> {
  const rows = await database.query<KeyRow>(
    `WITH actor AS MATERIALIZED (
       SELECT public.act_as($8::text) AS name),
     chosen AS (
       SELECT order_id, owner FROM public.orders
       WHERE ${SELECTED} AND redrives < $7::integer
       ORDER BY order_id, owner
       LIMIT $6::integer
       FOR UPDATE SKIP LOCKED),
     redriven AS (
       UPDATE public.orders o SET
         status = 'Pending',
         attempts = 0,
         crashes = 0,
         sends = 0,
         redrives = o.redrives + 1,
         -- Run 0 and run 1 have the same keys (lib/orders/effect-key.ts).
         run = CASE WHEN $11::boolean THEN greatest(o.run, 1) + 1 ELSE o.run END,
         finished_at = NULL,
         -- It may start immediately; and it waits since now, not since it was created.
         not_before = now(),
         due_at = now() + $10::double precision * interval '1 second',
         reason_code = 'redriven',
         reason = $9::text
       FROM chosen, actor
       WHERE o.order_id = chosen.order_id AND o.owner = chosen.owner
       RETURNING o.order_id, o.owner),
     audited AS (
       INSERT INTO public.audit (actor, action, owner, target, orders, details, reason)
       SELECT $8::text, 'orders.redriven', CASE min(owner) WHEN max(owner) THEN min(owner) END,
         CASE count(*) WHEN 1 THEN min(order_id) END, count(*),
         jsonb_strip_nulls(jsonb_build_object('reason_code', $2::text, 'new_run', nullif($11::boolean, false))), $9::text
       FROM redriven HAVING count(*) > 0)
     SELECT order_id, owner FROM redriven ORDER BY order_id, owner`,
    [
      ...selectedBy(selection),
      selection.limit,
      selection.maxRedrives,
      change.actor,
      change.reason,
      change.resendAfterSeconds,
      change.newRun,
    ],
  );
  return rows.map(keyOfRow);
}

export interface FailedOrders {
  /** The orders that a redrive would take now, up to the limit, sorted. */
  readonly redrivable: readonly OrderKey[];
  /** How many orders it would skip because they have reached the redrive limit. */
  readonly capped: number;
}

/** The effect that a redrive of this selection would have. */
export async function previewRedrive(database: Queryable, selection: FailedSelection): Promise<FailedOrders> {
  const rows = await database.query<KeyRow>(
    `SELECT order_id, owner FROM public.orders
     WHERE ${SELECTED} AND redrives < $7::integer ORDER BY order_id, owner LIMIT $6::integer`,
    [...selectedBy(selection), selection.limit, selection.maxRedrives],
  );
  return { redrivable: rows.map(keyOfRow), capped: await countCapped(database, selection) };
}

/** How many of the selected orders have reached the redrive limit. */
export async function countCapped(database: Queryable, selection: FailedSelection): Promise<number> {
  const [row] = await database.query<{ capped: number }>(
    `SELECT count(*)::bigint AS capped FROM public.orders WHERE ${SELECTED} AND redrives >= $6::integer`,
    [...selectedBy(selection), selection.maxRedrives],
  );
  return row?.capped ?? 0;
}
