import { hash } from 'node:crypto';
import type { Queryable } from '../../database/database.ts';

/** In place of the id of an erased user. */
export const NOBODY = 0;

/** No redrive limit is as high (MAX_REDRIVES), so an order without its user is never processed again. */
const NEVER_AGAIN = 1_000;

/** Not Failed orders whose undo has failed: it needs the results of their steps, and a redrive. */
const CAN_BE_ERASED = 'due_at IS NULL AND ends_as IS NULL';

export type Person = { readonly userId: number } | { readonly customerRef: string };

interface Selection {
  readonly person: Person;
  /** Only the orders of this owner; null for any. */
  readonly owner: string | null;
}

interface PersonOrders {
  /** Completed, Failed and Cancelled ones, which can be erased, except those with steps that are still to be undone. */
  readonly finished: number;
  readonly unfinished: number;
}

/** The orders of a person, as a condition on the table `orders`, and the value of its $1. */
function ordersOf(person: Person): readonly [string, string | number] {
  if ('userId' in person) return ['orders.user_id = $1::integer', person.userId];
  const named = 'SELECT order_id, owner FROM public.order_details WHERE customer_ref = $1::text';
  return [`(orders.order_id, orders.owner) IN (${named})`, person.customerRef];
}

/** For the audit, which is never erased. A customer_ref can be compared with its hash, but not read from it. */
function nameInAudit(person: Person): string {
  return 'userId' in person ? String(person.userId) : `customer_ref sha256:${hash('sha256', person.customerRef)}`;
}

export async function countOrdersOf(database: Queryable, { person, owner }: Selection): Promise<PersonOrders> {
  const [which, value] = ordersOf(person);
  const [row] = await database.query<PersonOrders>(
    `SELECT count(*) FILTER (WHERE ${CAN_BE_ERASED})::bigint AS finished,
            count(*) FILTER (WHERE NOT (${CAN_BE_ERASED}))::bigint AS unfinished
     FROM public.orders WHERE ${which} AND ($2::text IS NULL OR owner = $2::text)`,
    [value, owner],
  );
  return row ?? { finished: 0, unfinished: 0 };
}

/**
 * Erases a person's data from their finished orders, and keeps the ids, amounts, items, states and times.
 * One commit with one audit entry.
 * @returns how many orders; fewer than the limit if there are no more
 */
export async function eraseOrdersOf(
  database: Queryable,
  { person, owner }: Selection,
  limit: number,
  change: { readonly actor: string; readonly reason: string | null },
): Promise<number> {
  const [which, value] = ordersOf(person);
  const [row] = await database.query<{ orders: number }>(
    `WITH chosen AS MATERIALIZED (
       SELECT order_id, owner, had_id_alone FROM public.orders
       WHERE ${which} AND ($2::text IS NULL OR owner = $2::text) AND ${CAN_BE_ERASED}
       ORDER BY order_id, owner LIMIT $3::integer
       FOR UPDATE),
     erased AS (
       UPDATE public.orders o SET
         user_id = ${NOBODY},
         reason = NULL,
         end_reason = NULL,
         idempotency_key = NULL,
         fingerprint = NULL,
         redrives = CASE o.status WHEN 'Failed' THEN ${NEVER_AGAIN} ELSE o.redrives END
       FROM chosen c WHERE o.order_id = c.order_id AND o.owner = c.owner
       RETURNING o.order_id, o.owner),
     details AS (
       UPDATE public.order_details d SET
         customer_ref = NULL,
         metadata = NULL,
         items = (SELECT jsonb_agg(item - 'metadata' ORDER BY n) FROM jsonb_array_elements(d.items) WITH ORDINALITY AS i(item, n))
       FROM chosen c WHERE d.order_id = c.order_id AND d.owner = c.owner),
     history AS (
       UPDATE public.order_history h SET reason = NULL
       FROM chosen c WHERE h.order_id = c.order_id AND (h.owner = c.owner OR (h.owner IS NULL AND c.had_id_alone))),
     steps AS (
       UPDATE public.order_steps s SET result = NULL
       FROM chosen c WHERE s.owner = c.owner AND s.order_id = c.order_id),
     signals AS (
       -- NULL would say that its wait timed out.
       UPDATE public.order_signals s SET payload = 'null'
       FROM chosen c WHERE s.owner = c.owner AND s.order_id = c.order_id AND s.payload IS NOT NULL),
     audited AS (
       INSERT INTO public.audit (actor, action, owner, target, orders, reason)
       SELECT $4::text, 'orders.erased', $2::text, $6::text, count(*), $5::text FROM erased HAVING count(*) > 0)
     SELECT count(*)::bigint AS orders FROM erased`,
    [value, owner, limit, change.actor, change.reason, nameInAudit(person)],
  );
  return row?.orders ?? 0;
}
