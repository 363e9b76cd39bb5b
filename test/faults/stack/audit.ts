import type { Psql } from '../../support/psql.ts';

/**
 * An audit independent of the service's own history: a row for each order that any statement inserts, moves, claims or
 * completes, written by a trigger that only tests have. It includes every write to a Completed order, also one that changes
 * nothing, so that a second completion is always seen.
 */
export async function installAudit(psql: Psql): Promise<void> {
  await psql.rows(`
    CREATE TABLE lab_audit (
      entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      order_id text NOT NULL,
      from_status text,
      to_status text,
      token bigint,
      actor text,
      at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE INDEX audit_order ON lab_audit (order_id, entry);
    -- With the rights of this suite: the role of the functions has none on this table.
    CREATE FUNCTION audit_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO lab_audit (order_id, from_status, to_status, token, actor)
      VALUES (coalesce(NEW.order_id, OLD.order_id), OLD.status, NEW.status, NEW.token,
              current_setting('orders.actor', true));
      RETURN NULL;
    END
    $$;
    CREATE TRIGGER audit_insert AFTER INSERT OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION audit_order();
    CREATE TRIGGER audit_update AFTER UPDATE ON orders FOR EACH ROW
      WHEN (NEW.status <> OLD.status OR NEW.token <> OLD.token OR OLD.status = 'Completed')
      EXECUTE FUNCTION audit_order()`);
}

/** Orders that were written as Completed more than once. */
export async function findDoubled(psql: Psql): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string }>(
    `SELECT order_id FROM lab_audit WHERE to_status = 'Completed' GROUP BY order_id HAVING count(*) > 1`,
  );
  return rows.map(({ order_id }) => order_id);
}

/** Orders that were finished by an invocation other than the last one that claimed them. */
export async function findUsurped(psql: Psql): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string }>(
    `SELECT DISTINCT order_id
     FROM (SELECT *, lag(actor) OVER steps AS actor_before, lag(token) OVER steps AS token_before,
                  lag(to_status) OVER steps AS status_before
           FROM lab_audit WINDOW steps AS (PARTITION BY order_id ORDER BY entry)) AS steps
     WHERE to_status IN ('Completed', 'Failed', 'Pending') AND from_status = 'Processing'
       -- A claim that finds too many dead leases fails the order under a new token.
       AND token = token_before
       AND (actor, status_before) IS DISTINCT FROM (actor_before, 'Processing')`,
  );
  return rows.map(({ order_id }) => order_id);
}

/** Steps that were recorded by a worker when another one had claimed the order, in words. */
export async function findUnfencedSteps(psql: Psql): Promise<string[]> {
  const rows = await psql.rows<{ problem: string }>(
    `SELECT format('step %s of %s was recorded by who did not hold it', s.name, s.order_id) AS problem FROM order_steps s
     WHERE s.kind = 'step' AND EXISTS (
       SELECT FROM order_history h WHERE h.order_id = s.order_id AND h.token > s.token AND h.at < s.finished_at)`,
  );
  return rows.map(({ problem }) => problem);
}

export interface Effect {
  readonly orderId: string;
  readonly name: string;
  readonly key: string;
}

/** Steps and undo functions that ran more often than workers of their order were lost, in words. */
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

/** Unfinished orders that have been due for this many seconds, and that no worker has claimed. */
export async function findStuck(psql: Psql, graceSeconds: number): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string }>(
    `SELECT order_id FROM orders WHERE due_at < now() - $1::integer * interval '1 second' ORDER BY due_at`,
    [graceSeconds],
  );
  return rows.map(({ order_id }) => order_id);
}

/** Those that occur more than once, in the notes of the workers about what they completed. */
export function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}

/** Orders that wait for a signal that they have, and will not continue before its timeout. They wait for one signal each. */
export async function findForgotten(psql: Psql): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string }>(
    `SELECT o.order_id FROM orders o
     JOIN order_steps w ON w.owner = o.owner AND w.order_id = o.order_id AND w.run = o.run AND w.kind = 'wait'
     JOIN order_signals s ON s.owner = w.owner AND s.order_id = w.order_id AND s.run = w.run AND s.name = w.name
     WHERE o.status = 'Waiting' AND o.not_before > now()`,
  );
  return rows.map(({ order_id }) => order_id);
}
