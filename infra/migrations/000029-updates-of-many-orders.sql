-- A session keeps the plans of its first update. Those for one order are nested loops, which compare every order of a later, large batch
-- with every other.
ALTER FUNCTION public.orders_updated() SET enable_nestloop = off
