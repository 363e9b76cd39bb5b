import type { Psql } from '../../support/psql.ts';

/** One run of a step's function, or of its undo, as the processor of the lab noted it. */
export interface Effect {
  readonly orderId: string;
  /** The name of the step; `undo <name>` for its undo. */
  readonly name: string;
  readonly key: string;
  /** The claim that it belongs to. */
  readonly token: number;
  readonly run: number;
}

/** Each query returns what is wrong, in words. Effects of orders that earlier tests have removed do not count. */
const QUERIES = {
  /** A record is committed while its claim holds, so every later claim sees it. */
  ranAgain: `
    SELECT format('%s of %s ran again although it was recorded', e.name, e.order_id)
    FROM effects e JOIN order_steps s USING (order_id, run, name) WHERE e.token > s.token
    UNION
    SELECT format('%s of %s ran again although it was recorded', e.name, e.order_id)
    FROM effects e JOIN order_steps s ON s.order_id = e.order_id AND s.run = e.run AND e.name = 'undo ' || s.name
    JOIN order_history h ON h.order_id = s.order_id AND h.reason_code = 'step_undone' AND h.reason = s.name AND h.token >= s.token
    WHERE e.token > h.token
    UNION
    SELECT format('%s of %s ran %s times in one attempt', name, order_id, count(*))
    FROM effects GROUP BY order_id, name, token HAVING count(*) > 1`,
  /** Every effect has one idempotency key of its own, and nothing is recorded that did not happen. */
  keys: `
    SELECT format('%s of %s ran with %s keys', name, order_id, count(DISTINCT key))
    FROM effects GROUP BY order_id, run, name HAVING count(DISTINCT key) > 1
    UNION ALL
    SELECT format('%s have the same key', string_agg(DISTINCT format('%s of %s', name, order_id), ', '))
    FROM effects GROUP BY key HAVING count(DISTINCT (order_id, run, name)) > 1
    UNION ALL
    SELECT format('%s of %s is recorded, and never ran', recorded.name, order_id)
    FROM (SELECT order_id, run, name FROM order_steps WHERE kind = 'step'
          UNION ALL
          SELECT order_id, run, 'undo ' || name FROM order_steps WHERE undone_at IS NOT NULL) AS recorded
    LEFT JOIN effects e USING (order_id, run, name) WHERE e.order_id IS NULL`,
  unfenced: `
    SELECT format('step %s of %s was recorded by who did not hold it', s.name, s.order_id) FROM order_steps s
    WHERE s.kind = 'step' AND EXISTS (
      SELECT FROM order_history h WHERE h.order_id = s.order_id AND h.token > s.token AND h.at < s.finished_at)`,
  shippedAndRefunded: `
    SELECT DISTINCT format('%s was shipped and refunded', order_id)
    FROM effects shipped JOIN effects refunded USING (order_id, run)
    WHERE shipped.name = 'ship' AND refunded.name = 'undo charge'`,
  undo: `
    SELECT format('%s of %s was undone before %s', s.name, s.order_id, later.name)
    FROM order_steps s JOIN order_steps later USING (owner, order_id, run)
    WHERE s.undone_at IS NOT NULL AND later.entry > s.entry AND later.undoable
      AND (later.undone_at IS NULL OR later.undone_at > s.undone_at)
    UNION ALL
    SELECT format('%s is %s, and its %s %s', order_id, status, name, CASE WHEN undone_at IS NULL THEN 'was not undone' ELSE 'was undone' END)
    FROM orders JOIN order_steps USING (owner, order_id, run)
    WHERE (status = 'Completed' AND undone_at IS NOT NULL)
      OR (status IN ('Failed', 'Cancelled') AND ends_as IS NULL AND undoable AND undone_at IS NULL)`,
  /** Orders wait for one signal each. */
  signals: `
    SELECT format('%s waits although its signal came', o.order_id) FROM orders o
    JOIN order_steps w ON w.owner = o.owner AND w.order_id = o.order_id AND w.run = o.run AND w.kind = 'wait'
    JOIN order_signals s ON s.owner = w.owner AND s.order_id = w.order_id AND s.run = w.run AND s.name = w.name
    WHERE o.status = 'Waiting' AND o.not_before > now()
    UNION ALL
    SELECT format('the wait of %s ended with a signal and a timeout', order_id) FROM order_history
    GROUP BY order_id HAVING count(*) FILTER (WHERE reason_code = 'signal_received' AND from_status = to_status) > 0
      AND count(*) FILTER (WHERE reason_code = 'signal_timeout' AND from_status = to_status) > 0`,
} as const;

/** What is wrong with steps, undo and waits, in words. Each list must be empty. */
export type StepFaults = Readonly<Record<keyof typeof QUERIES, readonly string[]>>;

export async function auditSteps(psql: Psql, effects: readonly Effect[]): Promise<StepFaults> {
  await psql.rows('CREATE TEMPORARY TABLE effects (order_id text, run integer, name text, key text, token bigint)');
  await psql.rows(
    `INSERT INTO effects SELECT e."orderId", e.run, e.name, e.key, e.token
     FROM json_to_recordset($1::json) AS e("orderId" text, run integer, name text, key text, token bigint)
     WHERE EXISTS (SELECT FROM orders o WHERE o.order_id = e."orderId")`,
    [JSON.stringify(effects)],
  );
  await psql.rows('CREATE INDEX ON effects (order_id, run, name); ANALYZE effects');
  const faults: Partial<Record<keyof typeof QUERIES, string[]>> = {};
  for (const [what, query] of Object.entries(QUERIES) as [keyof typeof QUERIES, string][])
    faults[what] = (await psql.rows<{ format: string }>(query)).map(({ format }) => format);
  await psql.rows('DROP TABLE effects');
  return faults as StepFaults;
}

/** Steps and undo functions that ran more often than workers of their order were lost, in words. Holds only if Postgres never fails. */
export async function findRepeated(psql: Psql, effects: readonly Effect[]): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string; lost: number }>(
    `SELECT order_id, count(*) FILTER (WHERE reason_code = 'worker_lost')::integer AS lost FROM order_history GROUP BY order_id`,
  );
  const lost = new Map(rows.map((row) => [row.order_id, row.lost]));
  const byEffect = Map.groupBy(effects, ({ orderId, name, key }) => JSON.stringify([orderId, name, key]));
  return [...byEffect.values()].flatMap((runs) => {
    const [{ orderId, name }] = runs as [Effect];
    const workers = lost.get(orderId);
    // Of an order that earlier tests have removed.
    if (workers === undefined) return [];
    return runs.length > 1 + workers
      ? [`${name} of ${orderId} ran ${runs.length} times, with ${workers} lost workers`]
      : [];
  });
}
