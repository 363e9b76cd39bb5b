-- Names who made a change, for the history: called inside the statement that makes it, for the rest of the transaction. Statements do
-- not call set_config themselves, because RDS Proxy pins a session whose statements change a setting, and does not look into functions.
CREATE FUNCTION public.act_as(actor text) RETURNS text LANGUAGE sql VOLATILE
  AS $$ SELECT pg_catalog.set_config('orders.actor', actor, true) $$

--> statement-breakpoint
ALTER TABLE public.orders ADD COLUMN created_by text

--> statement-breakpoint
COMMENT ON COLUMN public.orders.created_by IS 'who created it, as the history names it: a column, because orders of several callers share one INSERT'

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
    coalesce(created_by, nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id, owner;
  RETURN NULL;
END
$$

--> statement-breakpoint
-- Who made and who revoked a key. NULL: before this was recorded.
ALTER TABLE public.api_keys ADD COLUMN created_by text, ADD COLUMN revoked_by text
