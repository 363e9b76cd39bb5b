-- The budget of an undo is for one step, also if its worker dies after it has undone another one: undo_attempts starts again with each
-- step that was undone. 1 is the claim that undid it.
CREATE OR REPLACE FUNCTION public.order_steps_undone() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE orders SET undo_attempts = 1 WHERE order_id = NEW.order_id AND owner = NEW.owner AND undo_attempts > 1;
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, clock_timestamp(), status, status, attempts + crashes, token, 'step_undone', NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders WHERE order_id = NEW.order_id AND owner = NEW.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
-- As before, except that undo is no attempt.
CREATE OR REPLACE FUNCTION public.order_signals_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE orders o SET
    signals = o.signals + 1,
    not_before = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.not_before END,
    due_at = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.due_at END
  WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner AND NEW.payload IS NOT NULL;
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT o.order_id, o.owner, clock_timestamp(), o.status, o.status,
    o.attempts + o.crashes + (o.status IN ('Processing', 'Waiting', 'Completed') AND o.ends_as IS NULL)::integer, o.token,
    CASE WHEN NEW.payload IS NULL THEN 'signal_timeout' ELSE 'signal_received' END, NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders o WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner;
  RETURN NULL;
END
$$
