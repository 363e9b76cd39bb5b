-- What lists of orders read, newest first: an index for each way of narrowing them down, so that a page costs the same
-- however many orders there are and however deep it lies (docs/decisions/2026-11-23-what-lists-cost.md).
-- This one is written with an expression so that the planner takes it for the list of all orders only. Believing that a
-- user's orders lie evenly among the others, it would look for those of a busy user here, and might read them all.
CREATE INDEX orders_by_creation ON orders ((created_at AT TIME ZONE 'UTC'), order_id)

--> statement-breakpoint
CREATE INDEX orders_by_user ON orders (user_id, created_at, order_id)

--> statement-breakpoint
-- Empty where callers are not told apart.
CREATE INDEX orders_by_owner ON orders (owner, created_at, order_id) WHERE owner <> ''

--> statement-breakpoint
CREATE INDEX orders_by_status ON orders (status, created_at, order_id)

--> statement-breakpoint
-- The order that has waited longest, which is not always the oldest: a try that failed may begin later, and a redriven
-- order waits from then on. The oldest Pending order is found by its status now.
CREATE INDEX orders_waiting ON orders ((coalesce(not_before, created_at))) WHERE status = 'Pending'

--> statement-breakpoint
DROP INDEX orders_pending

--> statement-breakpoint
-- With the time of each failure, so that the causes of many are counted without reading the orders.
DROP INDEX orders_failed

--> statement-breakpoint
CREATE INDEX orders_failed ON orders (reason_code, order_id) INCLUDE (finished_at) WHERE status = 'Failed'

--> statement-breakpoint
-- Whether workers may claim orders. No row: they may, and were never forbidden to.
CREATE TABLE processing_control (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  paused boolean NOT NULL,
  since timestamptz NOT NULL,
  actor text NOT NULL,
  reason text
)
