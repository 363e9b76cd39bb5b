-- The tables of a migrated database with their constraints, indexes, functions and triggers. For people to read: the
-- database is made by infra/migrations, and `npm run schema` writes this file. Privileges are left out.

CREATE TABLE api_keys (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  owner text NOT NULL,
  name text NOT NULL,
  secret_sha256 bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_by text,
  revoked_by text,
  CONSTRAINT api_keys_named CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  CONSTRAINT api_keys_owner_named CHECK (((length(owner) >= 1) AND (length(owner) <= 255))),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_scopes_known CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['orders:read'::text, 'orders:write'::text, 'orders:signal'::text, 'orders:admin'::text, 'metrics:read'::text]))) NOT VALID,
  CONSTRAINT api_keys_secret_sha256_key UNIQUE (secret_sha256),
  CONSTRAINT api_keys_sha256 CHECK ((octet_length(secret_sha256) = 32))
);

CREATE TABLE audit (
  entry bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  owner text,
  target text,
  orders bigint,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  reason text,
  CONSTRAINT audit_pkey PRIMARY KEY (entry)
);

CREATE TABLE busy_owners (
  only_row boolean DEFAULT true NOT NULL,
  read_at timestamp with time zone NOT NULL,
  found_at timestamp with time zone,
  owners text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT busy_owners_only_row_check CHECK (only_row),
  CONSTRAINT busy_owners_pkey PRIMARY KEY (only_row)
);

CREATE TABLE order_counters (
  slot smallint NOT NULL,
  pending bigint DEFAULT 0 NOT NULL,
  processing bigint DEFAULT 0 NOT NULL,
  completed bigint DEFAULT 0 NOT NULL,
  failed bigint DEFAULT 0 NOT NULL,
  cancelled bigint DEFAULT 0 NOT NULL,
  processing_time numeric DEFAULT 0 NOT NULL,
  timed_orders bigint DEFAULT 0 NOT NULL,
  waiting bigint DEFAULT 0 NOT NULL,
  CONSTRAINT order_counters_pkey PRIMARY KEY (slot)
);

CREATE TABLE order_details (
  order_id text NOT NULL,
  owner text NOT NULL,
  currency text,
  customer_ref text,
  metadata jsonb,
  items jsonb,
  process_after timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT order_details_pkey PRIMARY KEY (order_id, owner)
);

CREATE TABLE order_history (
  order_id text NOT NULL,
  entry bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone NOT NULL,
  from_status text,
  to_status text NOT NULL,
  attempt integer NOT NULL,
  token bigint NOT NULL,
  reason_code text,
  reason text,
  actor text NOT NULL,
  owner text,
  CONSTRAINT order_history_pkey PRIMARY KEY (order_id, entry)
);

CREATE TABLE order_minutes (
  minute timestamp with time zone NOT NULL,
  slot smallint NOT NULL,
  event text NOT NULL,
  detail text NOT NULL,
  orders bigint NOT NULL,
  processing_time numeric DEFAULT 0 NOT NULL,
  CONSTRAINT order_minutes_event_check CHECK ((event = ANY (ARRAY['Created'::text, 'Completed'::text, 'Failed'::text, 'Cancelled'::text, 'Retried'::text]))),
  CONSTRAINT order_minutes_pkey PRIMARY KEY (minute, slot, event, detail)
);

CREATE TABLE order_signals (
  owner text NOT NULL,
  order_id text NOT NULL,
  run integer NOT NULL,
  name text NOT NULL,
  payload text,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT order_signals_named CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  CONSTRAINT order_signals_pkey PRIMARY KEY (owner, order_id, run, name),
  CONSTRAINT order_signals_small CHECK ((octet_length(payload) <= 65536))
);

CREATE TABLE order_steps (
  owner text NOT NULL,
  order_id text NOT NULL,
  run integer NOT NULL,
  name text NOT NULL,
  entry bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  result text,
  attempt integer NOT NULL,
  token bigint NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone NOT NULL,
  kind text DEFAULT 'step'::text NOT NULL,
  wake_at timestamp with time zone,
  undoable boolean DEFAULT false NOT NULL,
  undone_at timestamp with time zone,
  CONSTRAINT order_steps_kind_known CHECK ((kind = ANY (ARRAY['step'::text, 'sleep'::text, 'wait'::text]))) NOT VALID,
  CONSTRAINT order_steps_named CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  CONSTRAINT order_steps_pkey PRIMARY KEY (owner, order_id, run, name),
  CONSTRAINT order_steps_small CHECK ((octet_length(result) <= 65536)),
  CONSTRAINT order_steps_undone CHECK (((undone_at IS NULL) OR undoable)),
  CONSTRAINT order_steps_wake CHECK (((wake_at IS NOT NULL) = (kind = ANY (ARRAY['sleep'::text, 'wait'::text])))) NOT VALID
);

CREATE TABLE order_tombstones (
  order_id text NOT NULL,
  owner text NOT NULL,
  request bigint,
  CONSTRAINT order_tombstones_pkey PRIMARY KEY (order_id, owner)
);

CREATE TABLE orders (
  order_id text NOT NULL,
  user_id integer NOT NULL,
  item_ids integer[] NOT NULL,
  total_amount numeric NOT NULL,
  status text DEFAULT 'Pending'::text NOT NULL,
  processing_time numeric,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  owner text DEFAULT ''::text NOT NULL,
  due_at timestamp with time zone DEFAULT (now() + '00:01:00'::interval),
  not_before timestamp with time zone,
  lease_until timestamp with time zone,
  finished_at timestamp with time zone,
  token bigint DEFAULT 0 NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  crashes integer DEFAULT 0 NOT NULL,
  redrives integer DEFAULT 0 NOT NULL,
  sends integer DEFAULT 0 NOT NULL,
  reason_code text,
  reason text,
  request_token uuid,
  idempotency_key text,
  fingerprint text,
  imported boolean DEFAULT false NOT NULL,
  run integer DEFAULT 1 NOT NULL,
  had_id_alone boolean DEFAULT false NOT NULL,
  created_by text,
  signals integer DEFAULT 0 NOT NULL,
  detail_bytes integer,
  ends_as text,
  end_code text,
  end_reason text,
  undo_attempts integer DEFAULT 0 NOT NULL,
  cancel_requested_at timestamp with time zone,
  CONSTRAINT orders_bounds CHECK ((imported OR (((length(order_id) >= 1) AND (length(order_id) <= 255)) AND (cardinality(item_ids) <= 1000) AND (total_amount >= (0)::numeric) AND (total_amount < '1000000000000'::numeric)))),
  CONSTRAINT orders_due_until_finished CHECK (((due_at IS NULL) = (status = ANY (ARRAY['Completed'::text, 'Failed'::text, 'Cancelled'::text])))),
  CONSTRAINT orders_ends_as_known CHECK ((ends_as = ANY (ARRAY['Failed'::text, 'Cancelled'::text]))),
  CONSTRAINT orders_lease_while_processing CHECK (((lease_until IS NOT NULL) = (status = 'Processing'::text))),
  CONSTRAINT orders_pkey PRIMARY KEY (order_id, owner),
  CONSTRAINT orders_readable CHECK (((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '10000-01-01 00:00:00+00'::timestamp with time zone) AND ((processing_time IS NULL) OR ((processing_time >= (0)::numeric) AND (processing_time < 'Infinity'::numeric))) AND
CASE
    WHEN (cardinality(item_ids) = 0) THEN true
    WHEN ((array_ndims(item_ids) > 1) OR (array_lower(item_ids, 1) <> 1)) THEN false
    ELSE (array_position(item_ids, NULL::integer) IS NULL)
END)) NOT VALID,
  CONSTRAINT orders_status_known CHECK ((status = ANY (ARRAY['Pending'::text, 'Processing'::text, 'Waiting'::text, 'Completed'::text, 'Failed'::text, 'Cancelled'::text]))) NOT VALID
);

CREATE TABLE processing_control (
  only_row boolean DEFAULT true NOT NULL,
  paused boolean NOT NULL,
  since timestamp with time zone NOT NULL,
  actor text NOT NULL,
  reason text,
  CONSTRAINT processing_control_only_row_check CHECK (only_row),
  CONSTRAINT processing_control_pkey PRIMARY KEY (only_row)
);

CREATE TABLE schema_migrations (
  version integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);

CREATE INDEX order_details_of_customer ON public.order_details USING btree (customer_ref, created_at, order_id) WHERE (customer_ref IS NOT NULL);

CREATE INDEX order_history_by_owner ON public.order_history USING btree (order_id, owner, entry) WHERE (owner <> ''::text);

CREATE INDEX orders_by_creation ON public.orders USING btree ((created_at AT TIME ZONE 'UTC'::text), order_id);

CREATE INDEX orders_by_owner ON public.orders USING btree (owner, created_at, order_id) WHERE (owner <> ''::text);

CREATE INDEX orders_by_reason ON public.orders USING btree (reason_code, created_at, order_id) WHERE (reason_code IS NOT NULL);

CREATE INDEX orders_by_status ON public.orders USING btree (status, created_at, order_id);

CREATE INDEX orders_by_user ON public.orders USING btree (user_id, created_at, order_id);

CREATE INDEX orders_due ON public.orders USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX orders_failed ON public.orders USING btree (reason_code, order_id) INCLUDE (finished_at) WHERE (status = 'Failed'::text);

CREATE UNIQUE INDEX orders_idempotency_key ON public.orders USING btree (owner, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX orders_waiting ON public.orders USING btree (COALESCE(not_before, created_at)) WHERE (status = 'Pending'::text);

CREATE OR REPLACE FUNCTION public.act_as(actor text)
 RETURNS text
 LANGUAGE sql
AS $function$ SELECT pg_catalog.set_config('orders.actor', actor, true) $function$;

CREATE OR REPLACE FUNCTION public.count_events(events order_event[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  INSERT INTO order_minutes AS m (minute, slot, event, detail, orders, processing_time)
  SELECT date_trunc('minute', now()), pg_backend_pid() % 64, e.event, e.detail, sum(e.orders),
         coalesce(sum(e.processing_time), 0)
  FROM unnest(events) AS e
  GROUP BY e.event, e.detail
  ORDER BY e.event, e.detail
  ON CONFLICT (minute, slot, event, detail) DO UPDATE SET
    orders = m.orders + excluded.orders,
    processing_time = m.processing_time + excluded.processing_time
$function$;

CREATE OR REPLACE FUNCTION public.count_orders(movements order_movement[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  INSERT INTO public.order_counters AS c
    (slot, pending, processing, completed, failed, cancelled, waiting, processing_time, timed_orders)
  SELECT
    pg_backend_pid() % 64,
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Pending'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Processing'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Completed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Failed'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Cancelled'), 0),
    coalesce(sum(m.orders) FILTER (WHERE m.status = 'Waiting'), 0),
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
    waiting = c.waiting + excluded.waiting,
    processing_time = c.processing_time + excluded.processing_time,
    timed_orders = c.timed_orders + excluded.timed_orders
$function$;

CREATE OR REPLACE FUNCTION public.duration_bucket(seconds numeric)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT floor(8 * ln(least(greatest(seconds::double precision, 0.001), 86400)) / ln(2::double precision))::integer
$function$;

CREATE OR REPLACE FUNCTION public.order_signals_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  UPDATE orders o SET
    signals = o.signals + 1,
    not_before = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.not_before END,
    due_at = CASE WHEN o.status = 'Waiting' THEN now() ELSE o.due_at END
  WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner AND NEW.payload IS NOT NULL;
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT o.order_id, o.owner, clock_timestamp(), o.status, o.status,
    o.attempts + o.crashes + (o.status IN ('Processing', 'Waiting', 'Completed') AND o.ends_as IS NULL)::integer, o.token,
    CASE WHEN NEW.payload IS NULL THEN 'signal_timeout' ELSE 'signal_received' END, NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders o WHERE o.order_id = NEW.order_id AND o.owner = NEW.owner;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.order_steps_follow_deletes()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE public.order_steps, public.order_signals;
  ELSE
    DELETE FROM public.order_steps s USING old_rows o WHERE s.owner = o.owner AND s.order_id = o.order_id;
    DELETE FROM public.order_signals s USING old_rows o WHERE s.owner = o.owner AND s.order_id = o.order_id;
  END IF;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.order_steps_undone()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  UPDATE orders SET undo_attempts = 1 WHERE order_id = NEW.order_id AND owner = NEW.owner AND undo_attempts > 1;
  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, clock_timestamp(), status, status, attempts + crashes, token, 'step_undone', NEW.name,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM orders WHERE order_id = NEW.order_id AND owner = NEW.owner;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, -count(*), -sum(processing_time), -count(processing_time))::order_movement
    FROM old_rows GROUP BY status));
  DELETE FROM order_history h USING old_rows o
  WHERE h.order_id = o.order_id AND (h.owner = o.owner OR (h.owner IS NULL AND o.had_id_alone));
  DELETE FROM order_details d USING old_rows o
  WHERE o.detail_bytes IS NOT NULL AND d.order_id = o.order_id AND d.owner = o.owner;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_ending()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  to_undo boolean;
BEGIN
  IF OLD.status IN ('Completed', 'Cancelled') THEN
    RETURN NEW;
  END IF;
  -- Only as what becomes of the verdict of the worker that holds it, which is fenced.
  IF OLD.status = 'Processing' AND NEW.status = 'Cancelled' THEN
    RAISE EXCEPTION 'order % may not move from % to %', OLD.order_id, OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;

  -- A redrive. It continues an unfinished undo; after a finished one it starts a new run, because the effects are gone.
  IF OLD.status = 'Failed' THEN
    IF NEW.status = 'Pending' THEN
      NEW.undo_attempts := 0;
      IF OLD.ends_as IS NOT NULL THEN
        NEW.run := OLD.run;
      ELSE
        NEW.cancel_requested_at := NULL;
        IF NEW.run = OLD.run AND EXISTS (
          SELECT FROM order_steps s
          WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undone_at IS NOT NULL)
        THEN
          NEW.run := greatest(OLD.run, 1) + 1;
        END IF;
      END IF;
    END IF;
    RETURN NEW;
  END IF;

  IF OLD.ends_as IS NULL THEN
    -- Once it is cancelled, a worker can still complete it, but neither retry, suspend, fail nor continue it.
    IF OLD.cancel_requested_at IS NOT NULL AND OLD.status = 'Processing'
      AND (NEW.status IN ('Pending', 'Waiting', 'Failed') OR (NEW.status = 'Processing' AND NEW.token > OLD.token))
    THEN
      -- The attempt that went to sleep still counts, now in this column.
      NEW.attempts := NEW.attempts + (NEW.status = 'Waiting')::integer;
      NEW.status := 'Cancelled';
    END IF;
  ELSE
    -- Code from before undo would run the processor forward. No row is claimed then, and the message is delivered again.
    IF NEW.status = 'Processing' AND NEW.token > OLD.token AND NEW.undo_attempts <= OLD.undo_attempts THEN
      RETURN NULL;
    END IF;
    IF NEW.status = 'Cancelled' OR (NEW.cancel_requested_at IS NOT NULL AND OLD.cancel_requested_at IS NULL) THEN
      NEW.ends_as := 'Cancelled';
      NEW.end_code := 'cancelled';
      NEW.end_reason := coalesce(OLD.end_reason, NEW.reason);
      IF OLD.ends_as = 'Failed' THEN
        NEW.end_reason := NEW.reason;
      END IF;
    END IF;
  END IF;

  -- The other moves to Failed are rejected in orders_updated().
  IF NEW.status NOT IN ('Failed', 'Cancelled') OR (NEW.status = 'Failed' AND OLD.status <> 'Processing') THEN
    RETURN NEW;
  END IF;

  SELECT EXISTS (
    SELECT FROM order_steps s
    WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undoable AND s.undone_at IS NULL)
  INTO to_undo;

  IF to_undo AND OLD.ends_as IS NOT NULL AND NEW.status = 'Failed' AND NEW.reason_code = 'undo_failed' THEN
    -- A worker that gives up itself has named the step.
    IF NEW.token > OLD.token THEN
      SELECT format('Undoing step "%s": %s', s.name, NEW.reason) INTO NEW.reason FROM order_steps s
      WHERE s.owner = OLD.owner AND s.order_id = OLD.order_id AND s.run = OLD.run AND s.undoable AND s.undone_at IS NULL
      ORDER BY s.entry DESC LIMIT 1;
    END IF;
    RETURN NEW;
  END IF;

  IF OLD.ends_as IS NULL THEN
    NEW.end_code := CASE NEW.status WHEN 'Cancelled' THEN 'cancelled' ELSE NEW.reason_code END;
    NEW.end_reason := CASE WHEN NEW.status = 'Cancelled' AND OLD.cancel_requested_at IS NOT NULL THEN OLD.end_reason ELSE NEW.reason END;
  END IF;

  IF to_undo THEN
    NEW.not_before := CASE WHEN OLD.ends_as IS NULL THEN now() ELSE OLD.not_before END;
    NEW.due_at := CASE WHEN OLD.ends_as IS NULL THEN now() ELSE OLD.due_at END;
    NEW.ends_as := coalesce(NEW.ends_as, NEW.status);
    NEW.reason_code := CASE NEW.ends_as WHEN 'Cancelled' THEN 'cancel_requested' ELSE NEW.end_code END;
    NEW.cancel_requested_at := CASE NEW.ends_as WHEN 'Cancelled' THEN coalesce(NEW.cancel_requested_at, now()) END;
    NEW.status := CASE OLD.status WHEN 'Waiting' THEN 'Waiting' ELSE 'Pending' END;
    NEW.finished_at := NULL;
  ELSE
    NEW.status := coalesce(NEW.ends_as, NEW.status);
    NEW.ends_as := NULL;
    NEW.reason_code := NEW.end_code;
    NEW.end_code := NULL;
    NEW.not_before := NULL;
    NEW.due_at := NULL;
    NEW.finished_at := now();
  END IF;
  NEW.reason := NEW.end_reason;
  NEW.end_reason := CASE WHEN to_undo THEN NEW.end_reason END;
  NEW.lease_until := NULL;
  RETURN NEW;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  deleted text;
BEGIN
  SELECT n.order_id INTO deleted FROM new_rows n CROSS JOIN LATERAL (
    SELECT FROM order_tombstones t WHERE t.order_id = n.order_id AND t.owner = n.owner LIMIT 1) AS t
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an order with the id % existed before, and was deleted', deleted
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'order_ids_never_reused';
  END IF;
  PERFORM count_orders(ARRAY(
    SELECT ROW(status, count(*), sum(processing_time), count(processing_time))::order_movement
    FROM new_rows GROUP BY status));
  PERFORM count_events(ARRAY(
    SELECT ROW('Created', '', count(*), NULL)::order_event FROM new_rows HAVING count(*) > 0));
  INSERT INTO order_history (order_id, owner, at, to_status, attempt, token, reason_code, reason, actor)
  SELECT order_id, owner, created_at, status, 0, token, reason_code, reason,
    coalesce(created_by, nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows ORDER BY order_id, owner;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_renamed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  IF NEW.order_id <> OLD.order_id OR NEW.status <> OLD.status OR NEW.token <> OLD.token THEN
    RAISE EXCEPTION 'order % may not get another id, nor move while it gets another owner', OLD.order_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_legal_transitions';
  END IF;
  IF EXISTS (SELECT FROM order_tombstones WHERE order_id = NEW.order_id AND owner = NEW.owner) THEN
    RAISE EXCEPTION 'an order of this owner with the id % existed before, and was deleted', NEW.order_id
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'order_ids_never_reused';
  END IF;
  UPDATE order_history SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_steps SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_signals SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  UPDATE order_details SET owner = NEW.owner WHERE order_id = OLD.order_id AND owner = OLD.owner;
  RETURN NEW;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_truncated()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  DELETE FROM order_counters;
  DELETE FROM order_minutes;
  TRUNCATE order_history, order_details, order_tombstones;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.orders_updated()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
 SET enable_nestloop TO 'off'
AS $function$
DECLARE
  illegal record;
BEGIN
  -- Orders that get another owner are not joined: orders_renamed() has seen to it that nothing else of them changes.
  SELECT o.order_id, o.status AS from_status, n.status AS to_status INTO illegal
  FROM old_rows o JOIN new_rows n ON n.order_id = o.order_id AND n.owner = o.owner
  -- The token never falls, and nobody comes to hold an order without a new one.
  WHERE n.token < o.token
    OR (n.status = 'Processing' AND o.status <> 'Processing' AND n.token = o.token)
    OR (n.status <> o.status AND (o.status, n.status) NOT IN (
      ('Pending', 'Processing'), ('Processing', 'Completed'), ('Processing', 'Failed'), ('Processing', 'Pending'),
      ('Processing', 'Waiting'), ('Processing', 'Cancelled'), ('Waiting', 'Processing'), ('Waiting', 'Cancelled'),
      ('Pending', 'Cancelled'), ('Failed', 'Pending')))
    -- An order in undo is neither completed nor suspended.
    OR (o.ends_as IS NOT NULL AND (n.status = 'Completed' OR (o.status = 'Processing' AND n.status = 'Waiting')))
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
      FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
      WHERE n.status <> o.status AND n.status NOT IN ('Processing', 'Waiting')
        -- A redrive is no retry: it is the operator's, and the history has it. Nor is the begin of undo.
        AND NOT (n.status = 'Pending' AND (o.status = 'Failed' OR (n.ends_as IS NOT NULL AND o.ends_as IS NULL)))
    ) AS happened
    GROUP BY event, detail));

  INSERT INTO order_history (order_id, owner, at, from_status, to_status, attempt, token, reason_code, reason, actor)
  SELECT n.order_id, n.owner, clock_timestamp(), o.status, n.status,
    -- Attempts that ended, and the one that began, waits or ended well (attemptsOf in lib/orders/sql/order-row.ts). Undo is none.
    n.attempts + n.crashes + (n.status IN ('Processing', 'Waiting', 'Completed') AND n.ends_as IS NULL)::integer,
    n.token, n.reason_code, n.reason,
    coalesce(nullif(current_setting('orders.actor', true), ''), session_user)
  FROM new_rows n JOIN old_rows o ON o.order_id = n.order_id AND o.owner = n.owner
  WHERE n.status <> o.status OR n.token <> o.token
    OR n.cancel_requested_at IS DISTINCT FROM o.cancel_requested_at OR n.ends_as IS DISTINCT FROM o.ends_as
  ORDER BY n.order_id, n.owner;
  RETURN NULL;
END
$function$;

CREATE TRIGGER order_signals_inserted AFTER INSERT ON public.order_signals FOR EACH ROW EXECUTE FUNCTION order_signals_inserted();

CREATE TRIGGER order_steps_undone AFTER UPDATE OF undone_at ON public.order_steps FOR EACH ROW WHEN (((new.undone_at IS NOT NULL) AND (old.undone_at IS NULL))) EXECUTE FUNCTION order_steps_undone();

CREATE TRIGGER order_steps_deleted AFTER DELETE ON public.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION order_steps_follow_deletes();

CREATE TRIGGER order_steps_truncated AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION order_steps_follow_deletes();

CREATE TRIGGER orders_deleted AFTER DELETE ON public.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_deleted();

CREATE TRIGGER orders_ending BEFORE UPDATE ON public.orders FOR EACH ROW WHEN (((old.ends_as IS NOT NULL) OR (old.cancel_requested_at IS NOT NULL) OR ((new.status <> old.status) AND ((new.status = ANY (ARRAY['Failed'::text, 'Cancelled'::text])) OR (old.status = 'Failed'::text))))) EXECUTE FUNCTION orders_ending();

CREATE TRIGGER orders_inserted AFTER INSERT ON public.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_inserted();

CREATE TRIGGER orders_renamed BEFORE UPDATE OF order_id, owner ON public.orders FOR EACH ROW WHEN (((new.order_id <> old.order_id) OR (new.owner <> old.owner))) EXECUTE FUNCTION orders_renamed();

CREATE TRIGGER orders_truncated AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION orders_truncated();

CREATE TRIGGER orders_updated AFTER UPDATE ON public.orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_updated();
