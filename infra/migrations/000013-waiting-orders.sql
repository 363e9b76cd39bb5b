-- Waiting: an order that a processor put to sleep. It has no lease, and due_at says when it continues. Code from before this
-- migration never moves an order into this state and never claims one that is in it.

ALTER TABLE public.orders
  DROP CONSTRAINT orders_status_known,
  -- NOT VALID: each row satisfied the narrower constraint, and reading all orders would keep writers waiting.
  ADD CONSTRAINT orders_status_known
    CHECK (status IN ('Pending', 'Processing', 'Waiting', 'Completed', 'Failed', 'Cancelled')) NOT VALID

--> statement-breakpoint
ALTER TABLE public.order_counters ADD COLUMN waiting bigint NOT NULL DEFAULT 0

--> statement-breakpoint
-- A sleep is a step without a function: what is recorded is when it ends.
ALTER TABLE public.order_steps
  ADD COLUMN kind text NOT NULL DEFAULT 'step' CONSTRAINT order_steps_kind_known CHECK (kind IN ('step', 'sleep')),
  ADD COLUMN wake_at timestamptz,
  ADD CONSTRAINT order_steps_wake CHECK ((wake_at IS NOT NULL) = (kind = 'sleep'))

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.count_orders(movements public.order_movement[]) RETURNS void LANGUAGE sql
SET search_path = public, pg_temp AS $$
  INSERT INTO public.order_counters AS c
    (slot, pending, processing, completed, failed, cancelled, waiting, processing_time, timed_orders)
  SELECT
    pg_backend_pid() % 64,
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Pending'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Processing'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Completed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Failed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Cancelled'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Waiting'), 0),
    coalesce(sum(m.processing_time) FILTER (WHERE m.status = 'Completed'), 0),
    coalesce(sum(m.timed_orders) FILTER (WHERE m.status = 'Completed'), 0)
  FROM unnest(movements) AS m
  HAVING count(*) > 0
  ON CONFLICT (slot) DO UPDATE SET
    pending = c.pending + excluded.pending,
    processing = c.processing + excluded.processing,
    completed = c.completed + excluded.completed,
    failed = c.failed + excluded.failed,
    cancelled = c.cancelled + excluded.cancelled,
    waiting = c.waiting + excluded.waiting,
    processing_time = c.processing_time + excluded.processing_time,
    timed_orders = c.timed_orders + excluded.timed_orders
$$

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
      ('Processing', 'Waiting'), ('Waiting', 'Processing'), ('Waiting', 'Cancelled'),
      ('Pending', 'Cancelled'), ('Failed', 'Pending')))
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
        -- A redrive is no retry: it is the operator's, and the history has it.
        AND NOT (n.status = 'Pending' AND o.status = 'Failed')
    ) AS happened
    GROUP BY event, detail));

  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT n.order_id, n.owner, clock_timestamp(), o.status, n.status,
    -- Attempts that ended, and the one that began, waits or ended well (attemptsOf in lib/orders/sql/order-row.ts).
    n.attempts + n.crashes + (n.status IN ('Processing', 'Waiting', 'Completed'))::integer,
    n.token, n.reason_code, n.reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
  WHERE n.status <> o.status OR n.token <> o.token
  ORDER BY n.order_id, n.owner;
  RETURN NULL;
END
$$
