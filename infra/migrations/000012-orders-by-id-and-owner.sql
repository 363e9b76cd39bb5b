-- (order_id, owner) becomes the key of an order. order_id comes first, so that one index also finds the orders of all owners that
-- have an id. Writers wait while it is built. On a large table, build it before the deployment and
-- without a lock, with the same statement and CONCURRENTLY (docs/deploy.md); this migration then finds it.

CREATE UNIQUE INDEX IF NOT EXISTS orders_by_id_and_owner ON public.orders (order_id, owner)

--> statement-breakpoint
-- A concurrent build that failed leaves an index that holds nothing to anything.
DO $$
BEGIN
  IF NOT (SELECT indisvalid AND indisunique FROM pg_index WHERE indexrelid = 'public.orders_by_id_and_owner'::regclass) THEN
    RAISE EXCEPTION 'the index orders_by_id_and_owner is not valid: drop it, and build it again';
  END IF;
END
$$

--> statement-breakpoint
-- Many owners may have an order with the same id, such as 1. Without authentication it stays empty, and costs nothing.
CREATE INDEX IF NOT EXISTS order_history_by_owner ON public.order_history (order_id, owner, entry) WHERE owner <> ''
