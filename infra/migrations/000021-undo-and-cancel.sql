-- Undo: an order whose steps can be undone becomes Failed or Cancelled only after they were. Until then it is Pending, Processing or
-- Waiting, and ends_as names the end. Postgres holds every writer to this, so that code from before this migration neither ends such an
-- order too early nor claims it.

ALTER TABLE public.order_steps
  ADD COLUMN undoable boolean NOT NULL DEFAULT false,
  ADD COLUMN undone_at timestamptz,
  ADD CONSTRAINT order_steps_undone CHECK (undone_at IS NULL OR undoable)

--> statement-breakpoint
ALTER TABLE public.orders
  ADD COLUMN ends_as text CONSTRAINT orders_ends_as_known CHECK (ends_as IN ('Failed', 'Cancelled')),
  ADD COLUMN end_code text,
  ADD COLUMN end_reason text,
  ADD COLUMN undo_attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN cancel_requested_at timestamptz

--> statement-breakpoint
COMMENT ON COLUMN public.orders.ends_as IS 'not NULL: its steps are being undone, and this will be its status; the undo of a Failed order has used up its budget'

--> statement-breakpoint
COMMENT ON COLUMN public.orders.end_code IS 'the reason code that it will end with, once ends_as or cancel_requested_at is set'

--> statement-breakpoint
COMMENT ON COLUMN public.orders.undo_attempts IS 'claims for undo since the last one that undid a step; a claim that does not count itself is refused'

--> statement-breakpoint
COMMENT ON COLUMN public.orders.cancel_requested_at IS 'when a caller cancelled it; it may become Completed if that was too late'

--> statement-breakpoint
CREATE FUNCTION public.orders_ending() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  to_undo boolean;
BEGIN
  IF OLD.status IN ('Completed', 'Cancelled') THEN
    RETURN NEW;
  END IF;
  -- Only as what becomes of the verdict of the worker that holds it, which is fenced.
  IF OLD.status = 'Processing' AND NEW.status = 'Cancelled' THEN
    RAISE EXCEPTION 'order % may not move from % to %', OLD.order_id, OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;

  -- A redrive. It continues an unfinished undo; after a finished one it starts a new run, because the effects are gone.
  IF OLD.status = 'Failed' THEN
    IF NEW.status = 'Pending' THEN
      NEW.undo_attempts := 0;
      IF OLD.ends_as IS NOT NULL THEN
        NEW.run := OLD.run;
      ELSE
        NEW.cancel_requested_at := NULL;
        IF NEW.run = OLD.run AND EXISTS (
          SELECT FROM order_steps s
          WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undone_at IS NOT NULL)
        THEN
          NEW.run := greatest(OLD.run, 1) + 1;
        END IF;
      END IF;
    END IF;
    RETURN NEW;
  END IF;

  IF OLD.ends_as IS NULL THEN
    -- Once it is cancelled, a worker can still complete it, but neither retry, suspend, fail nor continue it.
    IF OLD.cancel_requested_at IS NOT NULL AND OLD.status = 'Processing'
      AND (NEW.status IN ('Pending', 'Waiting', 'Failed') OR (NEW.status = 'Processing' AND NEW.token > OLD.token))
    THEN
      -- The attempt that went to sleep still counts, now in this column.
      NEW.attempts := NEW.attempts + (NEW.status = 'Waiting')::integer;
      NEW.status := 'Cancelled';
    END IF;
  ELSE
    -- Code from before undo would run the processor forward. No row is claimed then, and the message is delivered again.
    IF NEW.status = 'Processing' AND NEW.token > OLD.token AND NEW.undo_attempts <= OLD.undo_attempts THEN
      RETURN NULL;
    END IF;
    IF NEW.status = 'Cancelled' OR (NEW.cancel_requested_at IS NOT NULL AND OLD.cancel_requested_at IS NULL) THEN
      NEW.ends_as := 'Cancelled';
      NEW.end_code := 'cancelled';
      NEW.end_reason := coalesce(OLD.end_reason, NEW.reason);
      IF OLD.ends_as = 'Failed' THEN
        NEW.end_reason := NEW.reason;
      END IF;
    END IF;
  END IF;

  -- The other moves to Failed are rejected in orders_updated().
  IF NEW.status NOT IN ('Failed', 'Cancelled') OR (NEW.status = 'Failed' AND OLD.status <> 'Processing') THEN
    RETURN NEW;
  END IF;

  SELECT EXISTS (
    SELECT FROM order_steps s
    WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undoable AND s.undone_at IS NULL)
  INTO to_undo;

  IF to_undo AND OLD.ends_as IS NOT NULL AND NEW.status = 'Failed' AND NEW.reason_code = 'undo_failed' THEN
    -- A worker that gives up itself has named the step.
    IF NEW.token > OLD.token THEN
      SELECT format('Undoing step "%s": %s', s.name, NEW.reason) INTO NEW.reason FROM order_steps s
      WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undoable AND s.undone_at IS NULL
      ORDER BY s.entry DESC LIMIT 1;
    END IF;
    RETURN NEW;
  END IF;

  IF OLD.ends_as IS NULL THEN
    NEW.end_code := CASE NEW.status WHEN 'Cancelled' THEN 'cancelled' ELSE NEW.reason_code END;
    NEW.end_reason := CASE WHEN NEW.status = 'Cancelled' AND OLD.cancel_requested_at IS NOT NULL THEN OLD.end_reason ELSE NEW.reason END;
  END IF;

  IF to_undo THEN
    NEW.not_before := CASE WHEN OLD.ends_as IS NULL THEN now() ELSE OLD.not_before END;
    NEW.due_at := CASE WHEN OLD.ends_as IS NULL THEN now() ELSE OLD.due_at END;
    NEW.ends_as := coalesce(NEW.ends_as, NEW.status);
    NEW.reason_code := CASE NEW.ends_as WHEN 'Cancelled' THEN 'cancel_requested' ELSE NEW.end_code END;
    NEW.cancel_requested_at := CASE NEW.ends_as WHEN 'Cancelled' THEN coalesce(NEW.cancel_requested_at, now()) END;
    NEW.status := CASE OLD.status WHEN 'Waiting' THEN 'Waiting' ELSE 'Pending' END;
    NEW.finished_at := NULL;
  ELSE
    NEW.status := coalesce(NEW.ends_as, NEW.status);
    NEW.ends_as := NULL;
    NEW.reason_code := NEW.end_code;
    NEW.end_code := NULL;
    NEW.not_before := NULL;
    NEW.due_at := NULL;
    NEW.finished_at := now();
  END IF;
  NEW.reason := NEW.end_reason;
  NEW.end_reason := CASE WHEN to_undo THEN NEW.end_reason END;
  NEW.lease_until := NULL;
  RETURN NEW;
END
$$

--> statement-breakpoint
-- Only orders that end other than Completed, that are redriven or cancelled, or in undo, pay for it.
CREATE TRIGGER orders_ending BEFORE UPDATE ON public.orders FOR EACH ROW
  WHEN (OLD.ends_as IS NOT NULL OR OLD.cancel_requested_at IS NOT NULL
    OR (NEW.status <> OLD.status AND (NEW.status IN ('Failed', 'Cancelled') OR OLD.status = 'Failed')))
  EXECUTE FUNCTION public.orders_ending()

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  illegal record;
BEGIN
  -- Orders that get another owner are not joined: orders_renamed() has seen to it that nothing else of them changes.
  SELECT o.order_id, o.status AS from_status, n.status AS to_status INTO illegal
  FROM old_rows o JOIN new_rows n ON n.order_id = o.order_id AND n.owner = o.owner
  -- The token never falls, and nobody comes to hold an order without a new one.
  WHERE n.token < o.token
    OR (n.status = 'Processing' AND o.status <> 'Processing' AND n.token = o.token)
    OR (n.status <> o.status AND (o.status, n.status) NOT IN (
      ('Pending', 'Processing'), ('Processing', 'Completed'), ('Processing', 'Failed'), ('Processing', 'Pending'),
      ('Processing', 'Waiting'), ('Processing', 'Cancelled'), ('Waiting', 'Processing'), ('Waiting', 'Cancelled'),
      ('Pending', 'Cancelled'), ('Failed', 'Pending')))
    -- An order in undo is neither completed nor suspended.
    OR (o.ends_as IS NOT NULL AND (n.status = 'Completed' OR (o.status = 'Processing' AND n.status = 'Waiting')))
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'order % may not move from % to %', illegal.order_id, illegal.from_status, illegal.to_status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;

  PERFORM count_orders(ARRAY(
    SELECT ROW(status, sum(orders), sum(processing_time), sum(timed_orders))::order_movement
    FROM (
      SELECT status, 1 AS orders, processing_time, num_nonnulls(processing_time) AS timed_orders FROM new_rows
      UNION ALL
      SELECT status, -1, -processing_time, -num_nonnulls(processing_time) FROM old_rows
    ) AS changes
    GROUP BY status
    HAVING sum(orders) <> 0 OR sum(processing_time) <> 0 OR sum(timed_orders) <> 0));

  PERFORM count_events(ARRAY(
    SELECT ROW(event, detail, count(*), sum(processing_time))::order_event
    FROM (
      SELECT
        CASE WHEN n.status = 'Pending' THEN 'Retried' ELSE n.status END AS event,
        CASE n.status
          WHEN 'Completed' THEN coalesce(duration_bucket(n.processing_time)::text, '')
          ELSE coalesce(n.reason_code, '')
        END AS detail,
        n.processing_time
      FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
      WHERE n.status <> o.status AND n.status NOT IN ('Processing', 'Waiting')
        -- A redrive is no retry: it is the operator's, and the history has it. Nor is the begin of undo.
        AND NOT (n.status = 'Pending' AND (o.status = 'Failed' OR (n.ends_as IS NOT NULL AND o.ends_as IS NULL)))
    ) AS happened
    GROUP BY event, detail));

  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT n.order_id, n.owner, clock_timestamp(), o.status, n.status,
    -- Attempts that ended, and the one that began, waits or ended well (attemptsOf in lib/orders/sql/order-row.ts). Undo is none.
    n.attempts + n.crashes + (n.status IN ('Processing', 'Waiting', 'Completed') AND n.ends_as IS NULL)::integer,
    n.token, n.reason_code, n.reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
  WHERE n.status <> o.status OR n.token <> o.token
    OR n.cancel_requested_at IS DISTINCT FROM o.cancel_requested_at OR n.ends_as IS DISTINCT FROM o.ends_as
  ORDER BY n.order_id, n.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE FUNCTION public.order_steps_undone() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, clock_timestamp(), status, status, attempts + crashes, token, 'step_undone', NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders WHERE order_id = NEW.order_id AND owner = NEW.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE TRIGGER order_steps_undone AFTER UPDATE OF undone_at ON public.order_steps FOR EACH ROW
  WHEN (NEW.undone_at IS NOT NULL AND OLD.undone_at IS NULL) EXECUTE FUNCTION public.order_steps_undone()
