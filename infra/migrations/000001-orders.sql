-- The orders table, its transitions, counters and history.
--
-- The first statement makes the table of the service that this one replaces, where it does not exist yet. A fresh and an
-- imported database then go through the same statements, so they cannot differ afterwards.

CREATE TABLE IF NOT EXISTS orders (
  order_id TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL,
  item_ids INTEGER[] NOT NULL,
  total_amount REAL NOT NULL,
  status TEXT DEFAULT 'Pending',
  processing_time REAL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
)

--> statement-breakpoint
-- An index on status would make every status change touch it, and nothing reads by status alone any more.
DROP INDEX IF EXISTS idx_orders_status

--> statement-breakpoint
DO $$
DECLARE old_check name;
BEGIN
  FOR old_check IN
    SELECT conname FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'c'
  LOOP
    EXECUTE format('ALTER TABLE orders DROP CONSTRAINT %I', old_check);
  END LOOP;
END
$$

--> statement-breakpoint
-- Through text, because a direct cast of REAL to numeric rounds 12345.67 to 12345.7.
ALTER TABLE orders
  ALTER COLUMN total_amount TYPE numeric USING total_amount::text::numeric,
  ALTER COLUMN processing_time TYPE numeric USING processing_time::text::numeric,
  ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN created_at TYPE timestamptz
    USING created_at AT TIME ZONE coalesce(nullif(current_setting('orders.import_time_zone', true), ''), 'UTC'),
  ADD COLUMN owner text NOT NULL DEFAULT '',
  ADD COLUMN due_at timestamptz,
  ADD COLUMN not_before timestamptz,
  ADD COLUMN lease_until timestamptz,
  ADD COLUMN finished_at timestamptz,
  ADD COLUMN token bigint NOT NULL DEFAULT 0,
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN crashes integer NOT NULL DEFAULT 0,
  ADD COLUMN redrives integer NOT NULL DEFAULT 0,
  ADD COLUMN sends integer NOT NULL DEFAULT 0,
  ADD COLUMN reason_code text,
  ADD COLUMN reason text,
  ADD COLUMN request_token uuid,
  ADD COLUMN idempotency_key text,
  ADD COLUMN fingerprint text,
  ADD COLUMN imported boolean NOT NULL DEFAULT false

--> statement-breakpoint
-- The workers of the old service are gone: an order they were at has a dead lease, and every unfinished order is due.
UPDATE orders SET
  imported = true,
  status = coalesce(status, 'Pending'),
  created_at = coalesce(created_at, now()),
  due_at = CASE WHEN coalesce(status, 'Pending') = 'Completed' THEN NULL ELSE now() END,
  lease_until = CASE WHEN status = 'Processing' THEN now() END

--> statement-breakpoint
-- `imported` rows may exceed bounds that the old service did not have; they are kept as they were.
ALTER TABLE orders
  ALTER COLUMN status SET NOT NULL,
  ALTER COLUMN status SET DEFAULT 'Pending',
  ALTER COLUMN created_at SET NOT NULL,
  ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN due_at SET DEFAULT now() + interval '1 minute',
  ADD CONSTRAINT orders_status_known
    CHECK (status IN ('Pending', 'Processing', 'Completed', 'Failed', 'Cancelled')),
  ADD CONSTRAINT orders_due_until_finished
    CHECK ((due_at IS NULL) = (status IN ('Completed', 'Failed', 'Cancelled'))),
  ADD CONSTRAINT orders_lease_while_processing
    CHECK ((lease_until IS NOT NULL) = (status = 'Processing')),
  ADD CONSTRAINT orders_bounds
    CHECK (imported OR (
      length(order_id) BETWEEN 1 AND 255
      AND cardinality(item_ids) <= 1000
      AND total_amount >= 0 AND total_amount < 1e12))

--> statement-breakpoint
-- What the sweep reads: only unfinished orders, so it stays as small as the backlog.
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL

--> statement-breakpoint
CREATE UNIQUE INDEX orders_idempotency_key ON orders (owner, idempotency_key) WHERE idempotency_key IS NOT NULL

--> statement-breakpoint
COMMENT ON COLUMN orders.due_at IS 'when the sweep must look again; NULL exactly when finished'

--> statement-breakpoint
COMMENT ON COLUMN orders.token IS 'fencing token: rises with every claim; a worker may only finish the claim it holds'

--> statement-breakpoint
-- One row a slot, so that a transaction locks one counter row whatever it changes: no two of them can deadlock here.
-- A slot alone may go below zero; the sum over the slots is the number of orders.
CREATE TABLE order_counters (
  slot smallint PRIMARY KEY,
  pending bigint NOT NULL DEFAULT 0,
  processing bigint NOT NULL DEFAULT 0,
  completed bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  cancelled bigint NOT NULL DEFAULT 0,
  processing_time numeric NOT NULL DEFAULT 0,
  timed_orders bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50)

--> statement-breakpoint
CREATE TABLE order_history (
  order_id text NOT NULL,
  entry bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  from_status text,
  to_status text NOT NULL,
  attempt integer NOT NULL,
  token bigint NOT NULL,
  reason_code text,
  reason text,
  actor text NOT NULL,
  PRIMARY KEY (order_id, entry)
)

--> statement-breakpoint
CREATE TYPE order_movement AS (status text, orders bigint, processing_time numeric, timed_orders bigint)

--> statement-breakpoint
-- The slot is the backend's, hence constant within a transaction: a random slot a statement deadlocks two-statement
-- transactions against each other.
CREATE FUNCTION count_orders(movements order_movement[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO order_counters AS c
    (slot, pending, processing, completed, failed, cancelled, processing_time, timed_orders)
  SELECT
    pg_backend_pid() % 64,
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Pending'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Processing'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Completed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Failed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Cancelled'), 0),
    coalesce(sum(m.processing_time) FILTER (WHERE m.status = 'Completed'), 0),
    coalesce(sum(m.timed_orders) FILTER (WHERE m.status = 'Completed'), 0)
  FROM unnest(movements) AS m
  HAVING count(*) > 0
  ON CONFLICT (slot) DO UPDATE SET
    pending = c.pending + excluded.pending,
    processing = c.processing + excluded.processing,
    completed = c.completed + excluded.completed,
    failed = c.failed + excluded.failed,
    cancelled = c.cancelled + excluded.cancelled,
    processing_time = c.processing_time + excluded.processing_time,
    timed_orders = c.timed_orders + excluded.timed_orders
$$

--> statement-breakpoint
-- Counters and history follow from the rows at every commit, whoever writes, and no writer moves a status backwards.
-- Statement-level with transition tables: one call a statement, not one an order.
CREATE FUNCTION orders_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
    FROM new_rows GROUP BY status));
  INSERT INTO order_history (order_id, at, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, created_at, status, 0, token, reason_code, reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE FUNCTION orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE FUNCTION orders_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, -count(*), -sum(processing_time), -count(processing_time))::order_movement
    FROM old_rows GROUP BY status));
  DELETE FROM order_history h USING old_rows o WHERE h.order_id = o.order_id;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE FUNCTION orders_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM order_counters;
  TRUNCATE order_history;
  RETURN NULL;
END
$$

--> statement-breakpoint
-- What was imported starts its history and its counters here.
INSERT INTO order_history (order_id, at, to_status, attempt, token, reason_code, actor)
SELECT order_id, now(), status, 0, 0, 'imported', 'migration' FROM orders ORDER BY created_at, order_id

--> statement-breakpoint
SELECT true AS counted FROM count_orders(ARRAY(
  SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
  FROM orders GROUP BY status))

--> statement-breakpoint
CREATE TRIGGER orders_inserted AFTER INSERT ON orders
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_inserted()

--> statement-breakpoint
CREATE TRIGGER orders_updated AFTER UPDATE ON orders
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_updated()

--> statement-breakpoint
CREATE TRIGGER orders_deleted AFTER DELETE ON orders
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_deleted()

--> statement-breakpoint
CREATE TRIGGER orders_truncated AFTER TRUNCATE ON orders
  FOR EACH STATEMENT EXECUTE FUNCTION orders_truncated()
