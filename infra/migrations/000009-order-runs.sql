-- The run of an order: what its idempotency keys are made from (lib/orders/effect-key.ts). 0 marks an order from before runs were
-- counted. Its keys stay those that receivers have already seen.
ALTER TABLE public.orders ADD COLUMN run integer NOT NULL DEFAULT 0

--> statement-breakpoint
ALTER TABLE public.orders ALTER COLUMN run SET DEFAULT 1

--> statement-breakpoint
COMMENT ON COLUMN public.orders.run IS 'number of the current run: retries belong to the same run; a redrive with new_run starts the next one'
