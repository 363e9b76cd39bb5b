-- What happened in each minute, so that rates, durations and causes of failure can be answered at a cost that does not
-- grow with the orders. Events, not states: deleting an order does not undo that it was created.

CREATE TABLE order_minutes (
  minute timestamptz NOT NULL,
  -- As in order_counters while the minute is young; -1 once the minute is rolled up.
  slot smallint NOT NULL,
  event text NOT NULL CHECK (event IN ('Created', 'Completed', 'Failed', 'Cancelled', 'Retried')),
  -- Completed: the bucket of its processing time. Failed, Retried: the reason code.
  detail text NOT NULL,
  orders bigint NOT NULL,
  processing_time numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (minute, slot, event, detail)
) WITH (fillfactor = 50)

--> statement-breakpoint
-- The oldest Pending order, without reading the others.
CREATE INDEX orders_pending ON orders (created_at) WHERE status = 'Pending'

--> statement-breakpoint
-- Eight buckets an octave: a value taken from the middle of one is off by at most 4.5 %. From 1 ms to a day.
CREATE FUNCTION duration_bucket(seconds numeric) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT floor(8 * ln(least(greatest(seconds::double precision, 0.001), 86400)) / ln(2::double precision))::integer
$$

--> statement-breakpoint
CREATE TYPE order_event AS (event text, detail text, orders bigint, processing_time numeric)

--> statement-breakpoint
-- Called after count_orders, whose one row a slot already keeps other transactions of this slot waiting: none of them
-- can lock these rows in another order.
CREATE FUNCTION count_events(events order_event[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO order_minutes AS m (minute, slot, event, detail, orders, processing_time)
  SELECT date_trunc('minute', now()), pg_backend_pid() % 64, e.event, e.detail, sum(e.orders),
         coalesce(sum(e.processing_time), 0)
  FROM unnest(events) AS e
  GROUP BY e.event, e.detail
  ORDER BY e.event, e.detail
  ON CONFLICT (minute, slot, event, detail) DO UPDATE SET
    orders = m.orders + excluded.orders,
    processing_time = m.processing_time + excluded.processing_time
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION orders_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
    FROM new_rows GROUP BY status));
  PERFORM count_events(ARRAY(
    SELECT ROW('Created', '', count(*), NULL)::order_event FROM new_rows HAVING count(*) > 0));
  INSERT INTO order_history (order_id, at, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, created_at, status, 0, token, reason_code, reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  illegal record;
BEGIN
  SELECT coalesce(o.order_id, n.order_id) AS order_id, o.status AS from_status, n.status AS to_status INTO illegal
  FROM old_rows o FULL JOIN new_rows n ON n.order_id = o.order_id
  WHERE o.order_id IS NULL OR n.order_id IS NULL
    -- The token never falls, and nobody comes to hold an order without a new one.
    OR n.token < o.token
    OR (n.status = 'Processing' AND o.status <> 'Processing' AND n.token = o.token)
    OR (n.status <> o.status AND (o.status, n.status) NOT IN (
      ('Pending', 'Processing'), ('Processing', 'Completed'), ('Processing', 'Failed'), ('Processing', 'Pending'),
      ('Pending', 'Cancelled'), ('Failed', 'Pending')))
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'order % may not move from % to %', illegal.order_id, illegal.from_status, illegal.to_status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;

  PERFORM count_orders(ARRAY(
    SELECT ROW(status, sum(orders), sum(processing_time), sum(timed_orders))::order_movement
    FROM (
      SELECT status, 1 AS orders, processing_time, num_nonnulls(processing_time) AS timed_orders FROM new_rows
      UNION ALL
      SELECT status, -1, -processing_time, -num_nonnulls(processing_time) FROM old_rows
    ) AS changes
    GROUP BY status
    HAVING sum(orders) <> 0 OR sum(processing_time) <> 0 OR sum(timed_orders) <> 0));

  PERFORM count_events(ARRAY(
    SELECT ROW(event, detail, count(*), sum(processing_time))::order_event
    FROM (
      SELECT
        CASE WHEN n.status = 'Pending' THEN 'Retried' ELSE n.status END AS event,
        CASE n.status
          WHEN 'Completed' THEN coalesce(duration_bucket(n.processing_time)::text, '')
          ELSE coalesce(n.reason_code, '')
        END AS detail,
        n.processing_time
      FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id
      WHERE n.status <> o.status AND n.status <> 'Processing'
        -- A redrive is no retry: it is the operator's, and the history has it.
        AND NOT (n.status = 'Pending' AND o.status = 'Failed')
    ) AS happened
    GROUP BY event, detail));

  INSERT INTO order_history (order_id, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT n.order_id, clock_timestamp(), o.status, n.status,
    -- Tries that ended, and the one that just began or ended well.
    n.attempts + n.crashes + (n.status IN ('Processing', 'Completed'))::integer,
    n.token, n.reason_code, n.reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id
  WHERE n.status <> o.status OR n.token <> o.token
  ORDER BY n.order_id;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE OR REPLACE FUNCTION orders_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM order_counters;
  DELETE FROM order_minutes;
  TRUNCATE order_history;
  RETURN NULL;
END
$$
