-- When the client asked for an order to be processed. Until then, orders.not_before has the same time; a claim clears that.
ALTER TABLE public.order_details ADD COLUMN process_after timestamptz
