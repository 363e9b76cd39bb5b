import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Order, StepReport } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

/** More than a processor should have; a reply of the Data API has at most 1 MiB. */
const MAX_STEPS = 1_000;

export interface FoundOrder extends Order {
  readonly steps: readonly StepReport[];
  /** Each change of the row changes it. */
  readonly version: string;
}

/** Its columns are next to those of an order, which also has a `finishedAt`. */
type StepRow = Omit<StepReport, 'finishedAt'> & { readonly orderId: null; readonly endsAt: Date };

/**
 * The order with this id, or undefined.
 * @param owner the required owner; null for any
 * @throws AmbiguousOrder if no owner is required and several owners have such an order
 */
export async function readOrder(
  database: Queryable,
  orderId: string,
  owner: string | null,
): Promise<FoundOrder | undefined> {
  const rows = await database
    .query<(OrderRow & { version: string }) | StepRow>(
      // A row for each step, because a row of the Data API has at most 64 KB.
      `WITH o AS MATERIALIZED (
         SELECT *, xmin::text AS version FROM public.orders WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text) LIMIT 2),
       steps AS (
         SELECT s.entry, s.name, s.kind, s.attempt, s.started_at,
           -- A sleep and a wait end with their order.
           greatest(s.started_at, coalesce(signal.at, least(s.finished_at, o.finished_at))) AS ends,
           CASE
             WHEN s.kind = 'sleep' AND least(s.finished_at, o.finished_at) > now() THEN 'sleeping'
             WHEN s.kind <> 'wait' OR signal.payload IS NOT NULL THEN 'completed'
             WHEN signal.at IS NOT NULL THEN 'timed_out'
             WHEN o.finished_at IS NOT NULL THEN 'abandoned'
             ELSE 'waiting'
           END AS state,
           CASE WHEN s.undone_at IS NOT NULL THEN 'done' WHEN s.undoable THEN 'possible' END AS undo, s.undone_at,
           coalesce(octet_length(s.result), octet_length(signal.payload), 0) AS result_bytes
         FROM o CROSS JOIN LATERAL (
           SELECT * FROM public.order_steps s
           WHERE s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run
           ORDER BY s.entry DESC LIMIT ${MAX_STEPS}) AS s
         LEFT JOIN public.order_signals signal
           ON s.kind = 'wait' AND signal.owner = s.owner AND signal.order_id = s.order_id AND signal.run = s.run
           AND signal.name = s.name)
       SELECT ${ORDER_COLUMNS}, o.version, steps.name, steps.kind, steps.state, steps.attempt, steps.started_at AS "startedAt",
         steps.ends AS "endsAt", steps.undo, steps.undone_at AS "undoneAt", steps.result_bytes AS "resultBytes"
       FROM o FULL JOIN steps ON false
       ORDER BY steps.entry NULLS FIRST`,
      [orderId, owner],
    )
    .catch(foundNothing);
  const orders = rows.flatMap((row) => (row.orderId === null ? [] : [row]));
  if (orders.length > 1) throw await ambiguous(database, orderId);
  const [order] = await toOrders(database, orders);
  const version = orders[0]?.version ?? '';
  return order && { ...order, version, steps: rows.flatMap((row) => (row.orderId === null ? [toStep(row)] : [])) };
}

function toStep({ name, kind, state, attempt, startedAt, endsAt, undo, undoneAt, resultBytes }: StepRow): StepReport {
  return { name, kind, state, attempt, startedAt, finishedAt: endsAt, undo, undoneAt, resultBytes };
}
