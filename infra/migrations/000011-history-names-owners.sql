-- An order id belongs to its owner: two owners may use the same one. So each history entry says whose order it is of. Earlier
-- entries keep NULL, since writing them again would take as long as the table is large: they belong to the order that had the id
-- when ids were still unique by themselves. Neither column rewrites its table. The second one may exist: an index over it can be built
-- before the deployment (docs/deploy.md).

ALTER TABLE public.orders ADD COLUMN had_id_alone boolean NOT NULL DEFAULT true

--> statement-breakpoint
COMMENT ON COLUMN public.orders.had_id_alone IS 'inserted while order_id alone was unique: history entries and messages that do not name an owner are of this order'

--> statement-breakpoint
ALTER TABLE public.order_history ADD COLUMN IF NOT EXISTS owner text

--> statement-breakpoint
COMMENT ON COLUMN public.order_history.owner IS 'NULL: from before entries named owners; of the order with this id for which had_id_alone is true'

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
    FROM new_rows GROUP BY status));
  PERFORM count_events(ARRAY(
    SELECT ROW('Created', '', count(*), NULL)::order_event FROM new_rows HAVING count(*) > 0));
  INSERT INTO order_history (order_id, owner, at, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, created_at, status, 0, token, reason_code, reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id, owner;
  RETURN NULL;
END
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
      WHERE n.status <> o.status AND n.status <> 'Processing'
        -- A redrive is no retry: it is the operator's, and the history has it.
        AND NOT (n.status = 'Pending' AND o.status = 'Failed')
    ) AS happened
    GROUP BY event, detail));

  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT n.order_id, n.owner, clock_timestamp(), o.status, n.status,
    -- Attempts that ended, and the one that just began or ended well.
    n.attempts + n.crashes + (n.status IN ('Processing', 'Completed'))::integer,
    n.token, n.reason_code, n.reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
  WHERE n.status <> o.status OR n.token <> o.token
  ORDER BY n.order_id, n.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, -count(*), -sum(processing_time), -count(processing_time))::order_movement
    FROM old_rows GROUP BY status));
  DELETE FROM order_history h USING old_rows o
  WHERE h.order_id = o.order_id AND (h.owner = o.owner OR (h.owner IS NULL AND o.had_id_alone));
  RETURN NULL;
END
$$

--> statement-breakpoint
-- A trigger of its own: only a statement that writes these columns pays for it, and the workers' do not.
CREATE FUNCTION public.orders_renamed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.order_id <> OLD.order_id OR NEW.status <> OLD.status OR NEW.token <> OLD.token THEN
    RAISE EXCEPTION 'order % may not get another id, nor move while it gets another owner', OLD.order_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;
  UPDATE order_history SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_steps SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  RETURN NEW;
END
$$

--> statement-breakpoint
CREATE TRIGGER orders_renamed BEFORE UPDATE OF order_id, owner ON public.orders
  FOR EACH ROW WHEN (NEW.order_id <> OLD.order_id OR NEW.owner <> OLD.owner) EXECUTE FUNCTION public.orders_renamed()
