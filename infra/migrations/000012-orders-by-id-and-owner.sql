-- (order_id, owner) becomes the key of an order. order_id comes first, so that one index also finds the orders of all owners that
-- have an id. Writers wait while the indexes are built. On large tables, build them before the deployment and without a lock, with the
-- same statements and CONCURRENTLY (docs/deploy.md); this migration then finds them.

CREATE UNIQUE INDEX IF NOT EXISTS orders_by_id_and_owner ON public.orders (order_id, owner)

--> statement-breakpoint
-- Many owners may have an order with the same id, such as 1. Without authentication it stays empty, and costs nothing.
CREATE INDEX IF NOT EXISTS order_history_by_owner ON public.order_history (order_id, owner, entry) WHERE owner <> ''

--> statement-breakpoint
-- A concurrent build that failed leaves an index that holds nothing to anything.
DO $$
DECLARE
  broken text;
BEGIN
  SELECT string_agg(indexrelid::regclass::text, ', ') INTO broken FROM pg_index
  WHERE NOT (indisvalid AND (indisunique OR indexrelid = 'public.order_history_by_owner'::regclass))
    AND indexrelid IN ('public.orders_by_id_and_owner'::regclass, 'public.order_history_by_owner'::regclass);
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'the index % is not valid: drop it, and build it again', broken;
  END IF;
END
$$
