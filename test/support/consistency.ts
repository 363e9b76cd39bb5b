import type { Psql } from './psql.ts';

/** The query of findInconsistencies, for tests that run it often: one column, and one row per problem. */
export const INCONSISTENCIES = `
  WITH counted AS (
    SELECT coalesce(sum(pending), 0) AS pending, coalesce(sum(processing), 0) AS processing,
           coalesce(sum(completed), 0) AS completed, coalesce(sum(failed), 0) AS failed,
           coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(processing_time), 0) AS processing_time,
           coalesce(sum(timed_orders), 0) AS timed_orders, coalesce(sum(waiting), 0) AS waiting
    FROM order_counters),
  real AS (
    SELECT count(*) FILTER (WHERE status = 'Pending') AS pending,
           count(*) FILTER (WHERE status = 'Processing') AS processing,
           count(*) FILTER (WHERE status = 'Completed') AS completed,
           count(*) FILTER (WHERE status = 'Failed') AS failed,
           count(*) FILTER (WHERE status = 'Cancelled') AS cancelled,
           coalesce(sum(processing_time) FILTER (WHERE status = 'Completed'), 0) AS processing_time,
           count(processing_time) FILTER (WHERE status = 'Completed') AS timed_orders,
           count(*) FILTER (WHERE status = 'Waiting') AS waiting
    FROM orders),
  entries AS (
    SELECT *, lag(to_status) OVER steps AS status_before, lag(token) OVER steps AS token_before,
           lead(entry) OVER steps IS NULL AS is_last
    FROM order_history WINDOW steps AS (PARTITION BY order_id ORDER BY entry))
  SELECT format('counters are %s, the rows are %s', counted::text, real::text) AS problem
  FROM counted, real
  WHERE (counted.pending, counted.processing, counted.completed, counted.failed, counted.cancelled,
         counted.processing_time, counted.timed_orders, counted.waiting)
     IS DISTINCT FROM
        (real.pending, real.processing, real.completed, real.failed, real.cancelled,
         real.processing_time, real.timed_orders, real.waiting)
  UNION ALL
  SELECT format('%s has no history', order_id) FROM orders o
  WHERE NOT EXISTS (SELECT FROM order_history h WHERE h.order_id = o.order_id)
  UNION ALL
  SELECT format('the history of %s outlived it', order_id) FROM entries h
  WHERE NOT EXISTS (SELECT FROM orders o WHERE h.order_id = o.order_id)
  UNION ALL
  SELECT format('%s is %s with token %s, its history ends %s with token %s',
                order_id, o.status, o.token, h.to_status, h.token)
  FROM orders o JOIN entries h USING (order_id)
  WHERE h.is_last AND (h.to_status, h.token) <> (o.status, o.token)
  UNION ALL
  SELECT format('the history of %s goes from %s on as if from %s', order_id, status_before, from_status)
  FROM entries WHERE from_status IS DISTINCT FROM status_before OR token < token_before`;

/**
 * Each difference between the rows and the counters or the history, in words. This reads the whole
 * table, which is what the counters are there to avoid.
 */
export async function findInconsistencies(psql: Psql): Promise<string[]> {
  const rows = await psql.rows<{ problem: string }>(INCONSISTENCIES);
  return rows.map(({ problem }) => problem);
}
