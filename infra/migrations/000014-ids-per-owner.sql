--> after-deployment-of: 000012-orders-by-id-and-owner
-- Ids stop being unique by themselves: from now on, several owners may have an order with the same id. Code from before 000012 finds
-- orders by their ids alone, so none of it may run any more.

ALTER TABLE public.orders
  ALTER COLUMN had_id_alone SET DEFAULT false,
  DROP CONSTRAINT orders_pkey,
  ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_by_id_and_owner
