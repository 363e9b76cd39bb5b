-- What the steps of a processor returned, so that no later attempt of the run executes them again (lib/orders/steps).
CREATE TABLE public.order_steps (
  owner text NOT NULL,
  order_id text NOT NULL,
  run integer NOT NULL,
  name text NOT NULL,
  -- In the order in which steps were recorded.
  entry bigint GENERATED ALWAYS AS IDENTITY,
  -- JSON; NULL for a step that returned nothing.
  result text,
  -- The attempt that recorded it, and the fencing token of that attempt.
  attempt integer NOT NULL,
  token bigint NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  PRIMARY KEY (owner, order_id, run, name),
  CONSTRAINT order_steps_named CHECK (length(name) BETWEEN 1 AND 100),
  -- As lib/orders/steps/results.ts has it.
  CONSTRAINT order_steps_small CHECK (octet_length(result) <= 65536)
)

--> statement-breakpoint
CREATE FUNCTION public.order_steps_follow_deletes() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE public.order_steps;
  ELSE
    DELETE FROM public.order_steps s USING old_rows o WHERE s.owner = o.owner AND s.order_id = o.order_id;
  END IF;
  RETURN NULL;
END
$$

--> statement-breakpoint
CREATE TRIGGER order_steps_deleted AFTER DELETE ON public.orders
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.order_steps_follow_deletes()

--> statement-breakpoint
CREATE TRIGGER order_steps_truncated AFTER TRUNCATE ON public.orders
  FOR EACH STATEMENT EXECUTE FUNCTION public.order_steps_follow_deletes()
