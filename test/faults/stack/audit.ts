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
