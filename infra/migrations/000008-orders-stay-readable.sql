-- From now on, whoever writes. NOT VALID: it holds for what is written, and reading all orders would keep writers waiting.
ALTER TABLE orders ADD CONSTRAINT orders_readable CHECK (
  created_at >= '0001-01-01 00:00:00+00' AND created_at < '10000-01-01 00:00:00+00'
  AND (processing_time IS NULL OR (processing_time >= 0 AND processing_time < 'Infinity'))
  AND CASE
    WHEN cardinality(item_ids) = 0 THEN true
    WHEN array_ndims(item_ids) > 1 OR array_lower(item_ids, 1) <> 1 THEN false
    ELSE array_position(item_ids, NULL) IS NULL
  END) NOT VALID
