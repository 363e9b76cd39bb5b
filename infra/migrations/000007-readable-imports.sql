-- The old service's table holds what no response can: times beyond the years 1 to 9999, lists of items with NULL in them or
-- nested, processing times that are no number. Each gets the nearest readable value; the history keeps the one before.

WITH odd AS (
  SELECT order_id, created_at, item_ids, processing_time,
    NOT (created_at >= '0001-01-01 00:00:00+00' AND created_at < '10000-01-01 00:00:00+00') AS odd_time,
    coalesce(array_ndims(item_ids) > 1 OR array_lower(item_ids, 1) <> 1, false)
      OR EXISTS (SELECT FROM unnest(item_ids) AS i WHERE i IS NULL) AS odd_items,
    coalesce(processing_time < 0 OR processing_time IN ('NaN', 'Infinity'), false) AS odd_duration
  FROM orders),
readable AS (
  UPDATE orders o SET
    created_at = least(greatest(o.created_at, '0001-01-01 00:00:00+00'), '9999-12-31 23:59:59.999999+00'),
    item_ids = ARRAY(SELECT i FROM unnest(o.item_ids) WITH ORDINALITY AS items(i, place) WHERE i IS NOT NULL ORDER BY place),
    processing_time = CASE WHEN NOT odd.odd_duration THEN o.processing_time END
  FROM odd
  WHERE o.order_id = odd.order_id AND (odd.odd_time OR odd.odd_items OR odd.odd_duration))
UPDATE order_history h SET reason = concat_ws(', ',
  CASE WHEN odd.odd_time THEN 'created_at was ' || odd.created_at END,
  CASE WHEN odd.odd_items THEN 'item_ids were ' || odd.item_ids::text END,
  CASE WHEN odd.odd_duration THEN 'processing_time was ' || odd.processing_time END)
FROM odd
WHERE h.order_id = odd.order_id AND h.reason_code = 'imported'
  AND (odd.odd_time OR odd.odd_items OR odd.odd_duration)

--> statement-breakpoint
-- A sum that has had NaN in it stays NaN.
DO $$
BEGIN
  IF EXISTS (SELECT FROM order_counters WHERE processing_time IN ('NaN', 'Infinity', '-Infinity')) THEN
    LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM order_counters;
    PERFORM count_orders(ARRAY(
      SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
      FROM orders GROUP BY status));
  END IF;
END
$$
