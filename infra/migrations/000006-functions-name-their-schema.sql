-- The triggers run with the settings of the session that writes: with search_path = '' they would not find what they call, and
-- with another schema in front they might find something else.

ALTER FUNCTION count_orders(order_movement[]) SET search_path = public, pg_temp

--> statement-breakpoint
ALTER FUNCTION count_events(order_event[]) SET search_path = public, pg_temp

--> statement-breakpoint
ALTER FUNCTION orders_inserted() SET search_path = public, pg_temp

--> statement-breakpoint
ALTER FUNCTION orders_updated() SET search_path = public, pg_temp

--> statement-breakpoint
ALTER FUNCTION orders_deleted() SET search_path = public, pg_temp

--> statement-breakpoint
ALTER FUNCTION orders_truncated() SET search_path = public, pg_temp
