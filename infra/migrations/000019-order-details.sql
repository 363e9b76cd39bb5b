-- What a shop adds to an order: a separate table, written once, so that the three versions of the row in orders do not carry it.
CREATE TABLE public.order_details (
  order_id text NOT NULL,
  owner text NOT NULL,
  currency text,
  customer_ref text,
  metadata jsonb,
  -- A list of {sku, quantity, unitPrice, metadata?}. unitPrice is text, with the digits that the client sent.
  items jsonb,
  PRIMARY KEY (order_id, owner)
)

--> statement-breakpoint
ALTER TABLE public.orders ADD COLUMN detail_bytes integer

--> statement-breakpoint
COMMENT ON COLUMN public.orders.detail_bytes IS 'bytes of its row in order_details as JSON; NULL: it has none, and none is looked up'

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, -count(*), -sum(processing_time), -count(processing_time))::order_movement
    FROM old_rows GROUP BY status));
  DELETE FROM order_history h USING old_rows o
  WHERE h.order_id = o.order_id AND (h.owner = o.owner OR (h.owner IS NULL AND o.had_id_alone));
  DELETE FROM order_details d USING old_rows o
  WHERE o.detail_bytes IS NOT NULL AND d.order_id = o.order_id AND d.owner = o.owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.orders_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM order_counters;
  DELETE FROM order_minutes;
  TRUNCATE order_history, order_details;
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
  UPDATE order_details SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  RETURN NEW;
END
$$
