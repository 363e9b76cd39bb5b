-- The orders of one customer, newest first. created_at is that of the order: its default is the time of the transaction that creates
-- both rows, so that code from before this migration writes it, too.
ALTER TABLE public.order_details ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()

--> statement-breakpoint
UPDATE public.order_details d SET created_at = o.created_at
FROM public.orders o WHERE o.order_id = d.order_id AND o.owner = d.owner

--> statement-breakpoint
CREATE INDEX order_details_by_customer ON public.order_details (customer_ref, created_at, order_id, owner)
  WHERE customer_ref IS NOT NULL
