import type { Psql } from '../support/psql.ts';
import { MAX_ATTEMPTS, MAX_CRASHES, MAX_REDRIVES } from './limits.ts';

/**
 * A second witness in addition to the service's own history: every write to every order, with the whole row before and after it,
 * from a trigger that only this suite has.
 */
export async function installWitness(psql: Psql): Promise<void> {
  await psql.rows(`
    CREATE SCHEMA witness;
    CREATE TABLE witness.writes (
      entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      order_id text NOT NULL,
      before public.orders,
      after public.orders,
      actor text,
      at timestamptz NOT NULL,
      paused boolean NOT NULL);
    CREATE FUNCTION witness.write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO witness.writes (order_id, before, after, actor, at, paused)
      VALUES (coalesce(NEW.order_id, OLD.order_id), OLD, NEW, current_setting('orders.actor', true), now(),
              EXISTS (SELECT FROM public.processing_control AS control WHERE control.paused));
      RETURN NULL;
    END
    $$;
    CREATE TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION witness.write();
    CREATE TABLE witness.steps (
      order_id text NOT NULL, name text NOT NULL, token bigint NOT NULL, is_undo boolean NOT NULL, actor text, of_order public.orders);
    CREATE FUNCTION witness.step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO witness.steps (order_id, name, token, is_undo, actor, of_order)
      SELECT NEW.order_id, NEW.name, NEW.token, TG_OP = 'UPDATE', current_setting('orders.actor', true), o
      FROM public.orders o WHERE o.owner = NEW.owner AND o.order_id = NEW.order_id;
      RETURN NULL;
    END
    $$;
    CREATE TRIGGER witness AFTER INSERT OR UPDATE ON order_steps FOR EACH ROW EXECUTE FUNCTION witness.step()`);
}

/**
 * Every way in which the orders, or what was written to them, break a promise: one column, one row a problem. The
 * promises are spelt out here a second time, so that a constraint or a condition that gets lost is missed.
 */
export const BROKEN_PROMISES = `
  WITH writes AS (
    SELECT order_id, entry, actor, at, paused, before, after,
           (before).status AS from_status, (after).status AS to_status,
           (before).token AS token_before, (after).token AS token_after
    FROM witness.writes),
  claims AS (
    SELECT order_id, token_after AS token, actor FROM writes WHERE token_after > token_before),
  problems AS (
    SELECT order_id, 'was deleted' AS problem FROM writes WHERE to_status IS NULL
    UNION ALL
    SELECT order_id, format('began as %s', to_status) FROM writes WHERE from_status IS NULL AND to_status <> 'Pending'
    UNION ALL
    SELECT order_id, format('moved from %s to %s', from_status, to_status) FROM writes
    WHERE from_status <> to_status AND (from_status, to_status) NOT IN (
      ('Pending', 'Processing'), ('Processing', 'Completed'), ('Processing', 'Failed'), ('Processing', 'Pending'),
      ('Processing', 'Waiting'), ('Waiting', 'Processing'), ('Waiting', 'Cancelled'),
      ('Processing', 'Cancelled'), ('Pending', 'Cancelled'), ('Failed', 'Pending'))
    UNION ALL
    SELECT order_id, format('was written to although it was %s', from_status) FROM writes
    WHERE from_status IN ('Completed', 'Cancelled')
    UNION ALL
    SELECT order_id, 'was completed twice' FROM writes WHERE to_status = 'Completed'
    GROUP BY order_id HAVING count(*) > 1
    UNION ALL
    SELECT order_id, format('had token %s, then %s', token_before, token_after) FROM writes
    WHERE token_after NOT IN (token_before, token_before + 1)
    UNION ALL
    SELECT order_id, 'was held without a new token' FROM writes
    WHERE to_status = 'Processing' AND from_status <> 'Processing' AND token_after = token_before
    UNION ALL
    SELECT w.order_id, format('%s moved it to %s, but %s held it', w.actor, to_status, claims.actor)
    FROM writes w LEFT JOIN claims ON claims.order_id = w.order_id AND claims.token = w.token_before
    WHERE from_status = 'Processing' AND to_status <> 'Processing' AND token_after = token_before
      AND claims.actor IS DISTINCT FROM w.actor
    UNION ALL
    SELECT order_id, 'was claimed while it was held' FROM writes
    WHERE from_status = 'Processing' AND token_after > token_before AND (before).lease_until > at
    UNION ALL
    SELECT order_id, 'was claimed before its next attempt could start' FROM writes
    WHERE from_status IN ('Pending', 'Waiting') AND token_after > token_before AND (before).not_before > at
    UNION ALL
    SELECT order_id, 'was claimed while processing was paused' FROM writes WHERE token_after > token_before AND paused
    UNION ALL
    SELECT order_id, 'changed what was ordered' FROM writes
    WHERE from_status IS NOT NULL AND to_status IS NOT NULL AND
      ((before).user_id, (before).item_ids, (before).total_amount, (before).created_at, (before).owner,
       (before).request_token, (before).idempotency_key, (before).fingerprint)
      IS DISTINCT FROM
      ((after).user_id, (after).item_ids, (after).total_amount, (after).created_at, (after).owner,
       (after).request_token, (after).idempotency_key, (after).fingerprint)
    UNION ALL
    SELECT order_id, 'forgot tries' FROM writes
    WHERE ((after).attempts < (before).attempts OR (after).crashes < (before).crashes) AND from_status <> 'Failed'
    UNION ALL
    SELECT order_id, format('is %s with due_at %s', status, coalesce(due_at::text, 'NULL')) FROM orders
    WHERE (due_at IS NOT NULL) <> (status IN ('Pending', 'Processing', 'Waiting'))
    UNION ALL
    SELECT order_id, format('is %s with lease_until %s', status, coalesce(lease_until::text, 'NULL')) FROM orders
    WHERE (lease_until IS NOT NULL) <> (status = 'Processing')
    UNION ALL
    SELECT order_id, format('is %s after %s attempts and %s crashes', status, attempts, crashes) FROM orders
    WHERE attempts > ${MAX_ATTEMPTS} OR crashes > ${MAX_CRASHES}
      OR (due_at IS NOT NULL AND ends_as IS NULL AND (attempts = ${MAX_ATTEMPTS} OR crashes = ${MAX_CRASHES}))
    UNION ALL
    SELECT order_id, format('had its step %s recorded with token %s when it was %s with token %s',
      name, token, (of_order).status, (of_order).token)
    FROM witness.steps WHERE NOT is_undo AND ((of_order).status, (of_order).token) <> ('Processing', token)
    UNION ALL
    SELECT s.order_id, format('had its step %s undone by %s, who did not hold it, or not for undo', name, s.actor)
    FROM witness.steps s JOIN claims ON claims.order_id = s.order_id AND claims.token = (of_order).token
    WHERE is_undo AND ((of_order).status <> 'Processing' OR (of_order).ends_as IS NULL OR claims.actor IS DISTINCT FROM s.actor)
    UNION ALL
    SELECT order_id, format('is %s, and its step %s %s', status, name, CASE WHEN undone_at IS NULL THEN 'was not undone' ELSE 'was undone' END)
    FROM orders JOIN order_steps USING (owner, order_id, run)
    WHERE (status = 'Completed' AND undone_at IS NOT NULL)
      OR (status IN ('Failed', 'Cancelled') AND undoable AND undone_at IS NULL AND (ends_as IS NULL OR reason_code <> 'undo_failed'))
    UNION ALL
    SELECT o.order_id, 'waits although its signal came' FROM orders o
    JOIN order_steps w ON w.order_id = o.order_id AND w.run = o.run AND w.kind = 'wait'
    JOIN order_signals s ON s.order_id = w.order_id AND s.run = w.run AND s.name = w.name
    WHERE o.status = 'Waiting' AND o.not_before > now()
    UNION ALL
    SELECT order_id, format('has %s signals, and counts %s', count(s.payload), signals)
    FROM orders LEFT JOIN order_signals s USING (order_id) GROUP BY order_id, signals
    HAVING count(s.payload) <> signals
    UNION ALL
    SELECT order_id, format('was completed although its step %s was recorded after its cancellation', name)
    FROM witness.steps JOIN orders USING (order_id)
    WHERE status = 'Completed' AND (of_order).cancel_requested_at IS NOT NULL
    UNION ALL
    SELECT order_id, 'was cancelled, and goes on' FROM orders
    WHERE cancel_requested_at IS NOT NULL AND status IN ('Pending', 'Waiting') AND ends_as IS DISTINCT FROM 'Cancelled'
    UNION ALL
    SELECT order_id, format('was claimed %s times for undo without an undone step', undo_attempts) FROM orders
    WHERE undo_attempts > ${Math.max(MAX_ATTEMPTS, MAX_CRASHES)} + 1
    UNION ALL
    SELECT order_id, format('was redriven %s times', redrives) FROM orders WHERE redrives > ${MAX_REDRIVES}
    UNION ALL
    SELECT order_id, 'failed without a reason' FROM orders
    WHERE status = 'Failed' AND (reason IS NULL OR reason_code IS NULL)
    UNION ALL
    SELECT string_agg(order_id, ', '), format('lost a worker before, and were held together by %s', claims.actor)
    FROM orders JOIN claims USING (order_id, token)
    WHERE status = 'Processing' GROUP BY claims.actor HAVING count(*) > 1 AND max(crashes) > 0)
  SELECT format('%s %s', order_id, problem) AS problem FROM problems`;
