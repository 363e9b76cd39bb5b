-- The ids of the orders that were deleted because of RETENTION_DAYS: the service uses no id twice. Rows that are deleted by hand leave
-- nothing behind.
CREATE TABLE public.order_tombstones (
  order_id text NOT NULL,
  owner text NOT NULL,
  request bigint,
  PRIMARY KEY (order_id, owner)
)

--> statement-breakpoint
COMMENT ON COLUMN public.order_tombstones.request IS 'a hash of its idempotency key and its fingerprint; NULL if it had no key'

--> statement-breakpoint
-- As before, except that it rejects the ids of deleted orders. It looks after the rows were inserted, in a new snapshot: an order that
-- was deleted while this INSERT waited for it has a tombstone that the INSERT itself could not see. Without sequential scans, because
-- the plan is kept by the session, and may have been made while the table was empty.
CREATE OR REPLACE FUNCTION public.orders_inserted() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  deleted text;
BEGIN
  SELECT n.order_id INTO deleted FROM new_rows n CROSS JOIN LATERAL (
    SELECT FROM order_tombstones t WHERE t.order_id = n.order_id AND t.owner = n.owner LIMIT 1) AS t
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an order with the id % existed before, and was deleted', deleted
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'order_ids_never_reused';
  END IF;
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
    FROM new_rows GROUP BY status));
  PERFORM count_events(ARRAY(
    SELECT ROW('Created', '', count(*), NULL)::order_event FROM new_rows HAVING count(*) > 0));
  INSERT INTO order_history (order_id, owner, at, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, created_at, status, 0, token, reason_code, reason,
    coalesce(created_by, nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id, owner;
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
  IF EXISTS (SELECT FROM order_tombstones WHERE order_id = NEW.order_id AND owner = NEW.owner) THEN
    RAISE EXCEPTION 'an order of this owner with the id % existed before, and was deleted', NEW.order_id
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'order_ids_never_reused';
  END IF;
  UPDATE order_history SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_steps SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_signals SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_details SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  RETURN NEW;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM order_counters;
  DELETE FROM order_minutes;
  TRUNCATE order_history, order_details, order_tombstones;
  RETURN NULL;
END
$$
