import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Order, StepReport } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

/** More than a processor should have; a reply of the Data API has at most 1 MiB. */
const MAX_STEPS = 1_000;

interface StepColumns {
  step_name: string;
  kind: StepReport['kind'];
  sleeping: boolean;
  step_attempt: number;
  started_at: Date;
  ends: Date;
  result_bytes: number;
}

/**
 * The order with this id, or undefined.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order
 */
export async function readOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
): Promise<(Order & { readonly steps: readonly StepReport[] }) | undefined> {
  const rows = await database
    .query<(OrderRow & { step_name: null }) | ({ order_id: null } & StepColumns)>(
      // A row for each step, because a row of the Data API has at most 64 KB.
      `WITH o AS MATERIALIZED (
         SELECT * FROM public.orders WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text) LIMIT 2),
       steps AS (
         SELECT s.entry, s.name, s.kind, s.ends > now() AS sleeping, s.attempt AS step_attempt, s.started_at,
           s.ends, coalesce(octet_length(s.result), 0) AS result_bytes
         FROM o CROSS JOIN LATERAL (
           -- A sleep ends with its order.
           SELECT s.*, least(s.finished_at, o.finished_at) AS ends FROM public.order_steps s
           WHERE s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run
           ORDER BY s.entry DESC LIMIT ${MAX_STEPS}) AS s)
       SELECT ${ORDER_COLUMNS}, steps.name AS step_name, steps.kind, steps.sleeping, steps.step_attempt, steps.started_at,
         steps.ends, steps.result_bytes
       FROM o FULL JOIN steps ON false
       ORDER BY steps.entry NULLS FIRST`,
      [orderId, owner],
    )
    .catch(foundNothing);
  const orders = rows.flatMap((row) => (row.order_id === null ? [] : [toOrder(row)]));
  if (orders.length > 1) throw await ambiguous(database, orderId);
  const [order] = orders;
  return order && { ...order, steps: rows.flatMap((row) => (row.order_id === null ? [toStep(row)] : [])) };
}

function toStep(row: StepColumns): StepReport {
  return {
    name: row.step_name,
    kind: row.kind,
    state: row.sleeping ? 'sleeping' : 'completed',
    attempt: row.step_attempt,
    startedAt: row.started_at,
    finishedAt: row.ends,
    resultBytes: row.result_bytes,
  };
}
