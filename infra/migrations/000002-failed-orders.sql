-- What a redrive reads. Few orders fail, so it stays small.
CREATE INDEX orders_failed ON orders (reason_code, order_id) WHERE status = 'Failed'
