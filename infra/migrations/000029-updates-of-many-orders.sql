-- A session keeps the plans of its first update, and those of one order are nested loops: afterwards, each order of a large batch would
-- be compared with each.
ALTER FUNCTION public.orders_updated() SET enable_nestloop = off
