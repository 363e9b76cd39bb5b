import type { Queryable } from '../../database/database.ts';
import { foundNothing } from '../../database/database-error.ts';
import type { Order, StepReport } from '../order.ts';
import { ambiguous } from './find-owners.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

/** More than a processor should have; a reply of the Data API has at most 1 MiB. */
const MAX_STEPS = 1_000;

/** As one JSON text, because a row has no lists. JSON has its times in ISO 8601, whatever the settings of the session are. */
const STEPS = `(
  SELECT json_agg(step)::text FROM (
    SELECT s.name, s.kind, CASE WHEN s.finished_at > now() THEN 'sleeping' ELSE 'completed' END AS state, s.attempt,
      s.started_at AS "startedAt", s.finished_at AS "finishedAt", coalesce(octet_length(s.result), 0) AS "resultBytes"
    FROM public.order_steps s
    WHERE s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run
    ORDER BY s.entry LIMIT ${MAX_STEPS}) AS step) AS steps`;

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
    .query<OrderRow & { steps: string | null }>(
      `SELECT ${ORDER_COLUMNS}, ${STEPS}
       FROM public.orders o WHERE o.order_id = $1::text AND ($2::text IS NULL OR o.owner = $2::text) LIMIT 2`,
      [orderId, owner],
    )
    .catch(foundNothing);
  if (rows.length > 1) throw await ambiguous(database, orderId);
  const [row] = rows;
  return row && { ...toOrder(row), steps: toSteps(row.steps) };
}

type StepJson = Omit<StepReport, 'startedAt' | 'finishedAt'> & { startedAt: string; finishedAt: string };

function toSteps(json: string | null): StepReport[] {
  const steps: StepJson[] = JSON.parse(json ?? '[]');
  return steps.map((step) => ({
    ...step,
    startedAt: new Date(step.startedAt),
    finishedAt: new Date(step.finishedAt),
  }));
}
