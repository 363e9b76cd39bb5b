-- order_details_by_customer without the owner: an entry of an index has at most 2,704 bytes, and the three texts together can have
-- more. Like those of the other lists, it ends with order_id. Writers of details wait while it is built. On a large table, build it
-- before the deployment and without a lock, with the same statement and CONCURRENTLY (docs/deploy.md); this migration then finds it.
CREATE INDEX IF NOT EXISTS order_details_of_customer ON public.order_details (customer_ref, created_at, order_id)
  WHERE customer_ref IS NOT NULL

--> statement-breakpoint
-- A concurrent build that failed leaves an index that no list would use.
DO $$
BEGIN
  IF NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.order_details_of_customer'::regclass) THEN
    RAISE EXCEPTION 'the index order_details_of_customer is not valid: drop it, and build it again';
  END IF;
END
$$
