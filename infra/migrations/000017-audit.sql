-- What operators did to the service and to many orders at once. Each entry is written by the statement of the act itself, so that
-- neither exists without the other. What happened to one order is in order_history.
CREATE TABLE public.audit (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  owner text,
  target text,
  orders bigint,
  details jsonb NOT NULL DEFAULT '{}',
  reason text
)

--> statement-breakpoint
COMMENT ON COLUMN public.audit.owner IS 'the owner of the orders or of the key; NULL if the act was about several or none'

--> statement-breakpoint
COMMENT ON COLUMN public.audit.target IS 'the id of the one order, key or message; NULL if the act was about several or none'
