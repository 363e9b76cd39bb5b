-- The orders with one reason code, newest first: retried, Failed and Cancelled ones. Orders that never fail have no code and no
-- entry. Writers wait while it is built. On a large table, build it before the deployment and without a lock, with the same
-- statement and CONCURRENTLY (docs/deploy.md); this migration then finds it.
CREATE INDEX IF NOT EXISTS orders_by_reason ON public.orders (reason_code, created_at, order_id) WHERE reason_code IS NOT NULL

--> statement-breakpoint
-- A concurrent build that failed leaves an index that no list would use.
DO $$
BEGIN
  IF NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.orders_by_reason'::regclass) THEN
    RAISE EXCEPTION 'the index orders_by_reason is not valid: drop it, and build it again';
  END IF;
END
$$
