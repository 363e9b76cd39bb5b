-- Signals: what an order waits for, such as the parcel number from a warehouse. The first row for a name decides whether the signal
-- or the timeout of its wait came first (lib/orders/steps). Code from before this migration never writes one.
CREATE TABLE public.order_signals (
  owner text NOT NULL,
  order_id text NOT NULL,
  run integer NOT NULL,
  name text NOT NULL,
  -- JSON; NULL: the wait timed out, and a signal that comes later is refused.
  payload text,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (owner, order_id, run, name),
  CONSTRAINT order_signals_named CHECK (length(name) BETWEEN 1 AND 100),
  -- As lib/orders/steps/results.ts has it.
  CONSTRAINT order_signals_small CHECK (octet_length(payload) <= 65536)
)

--> statement-breakpoint
ALTER TABLE public.orders ADD COLUMN signals integer NOT NULL DEFAULT 0

--> statement-breakpoint
COMMENT ON COLUMN public.orders.signals IS 'number of signals received so far, in all runs: a worker that knows of fewer makes the order due when it suspends it'

--> statement-breakpoint
-- A wait is recorded like a sleep: wake_at is its timeout. NOT VALID: each row satisfied the narrower constraints.
ALTER TABLE public.order_steps
  DROP CONSTRAINT order_steps_kind_known,
  DROP CONSTRAINT order_steps_wake,
  ADD CONSTRAINT order_steps_kind_known CHECK (kind IN ('step', 'sleep', 'wait')) NOT VALID,
  ADD CONSTRAINT order_steps_wake CHECK ((wake_at IS NOT NULL) = (kind IN ('sleep', 'wait'))) NOT VALID

--> statement-breakpoint
-- In the commit that stores a signal, its order is due, and the history says that the signal came, or that its wait timed out.
CREATE FUNCTION public.order_signals_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE orders o SET
    signals = o.signals + 1,
    not_before = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.not_before END,
    due_at = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.due_at END
  WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner AND NEW.payload IS NOT NULL;
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT o.order_id, o.owner, clock_timestamp(), o.status, o.status,
    o.attempts + o.crashes + (o.status IN ('Processing', 'Waiting', 'Completed'))::integer, o.token,
    CASE WHEN NEW.payload IS NULL THEN 'signal_timeout' ELSE 'signal_received' END, NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders o WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE TRIGGER order_signals_inserted AFTER INSERT ON public.order_signals
  FOR EACH ROW EXECUTE FUNCTION public.order_signals_inserted()

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.order_steps_follow_deletes() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE public.order_steps, public.order_signals;
  ELSE
    DELETE FROM public.order_steps s USING old_rows o WHERE s.owner = o.owner AND s.order_id = o.order_id;
    DELETE FROM public.order_signals s USING old_rows o WHERE s.owner = o.owner AND s.order_id = o.order_id;
  END IF;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_renamed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.order_id <> OLD.order_id OR NEW.status <> OLD.status OR NEW.token <> OLD.token THEN
    RAISE EXCEPTION 'order % may not get another id, nor move while it gets another owner', OLD.order_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;
  UPDATE order_history SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_steps SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_signals SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  RETURN NEW;
END
$$
