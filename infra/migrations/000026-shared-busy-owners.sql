-- The owners with too many Pending orders, as one container found them for all: finding them reads up to 50,000 orders. No row until
-- the first check.
CREATE TABLE public.busy_owners (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- When a container began to read the orders.
  read_at timestamptz NOT NULL,
  -- When it had found the owners; NULL until then.
  found_at timestamptz,
  owners text[] NOT NULL DEFAULT '{}'
)
