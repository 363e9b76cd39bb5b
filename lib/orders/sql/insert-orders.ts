import type { Queryable } from '../../database/database.ts';
import type { NewOrder } from '../order.ts';
import { dueAt } from './due-at.ts';
import { DETAIL_COLUMNS, detailBytesOf, detailValuesOf, processAfterOf } from './order-details.ts';
import { requestHash } from './request-hash.ts';

/** The values of a create request to insert. */
export interface OrderInsert extends NewOrder {
  /** Generated per create request: identifies the request's own INSERT, also after an unknown outcome. */
  readonly requestToken: string;
  /** The owner; '' on a stage without authorization. */
  readonly owner: string;
  /** Who creates it, for the history; without it, the history names the database role. */
  readonly actor?: string;
  readonly idempotencyKey: string | null;
  /** A digest of the validated values; distinguishes a repeated request with a key from a different one. */
  readonly fingerprint: string;
}

/** Reads a set of inserts from one JSON text. Amounts are strings, so that they are never converted to floats. */
const WANTED = `
  SELECT * FROM json_to_recordset($1::json) AS wanted(
    "orderId" text, "userId" integer, "itemIds" integer[], "totalAmount" numeric,
    "requestToken" uuid, owner text, actor text, "idempotencyKey" text, fingerprint text, details jsonb)`;

/**
 * Locks the idempotency keys of several orders until the commit. Without it, two statements could deadlock: rows are inserted in the
 * order of their ids, and a client may use the same keys with other ids, so that each has inserted the key that the other waits for. A
 * statement that waits for such a lock has inserted nothing, and all statements take the locks in the order of their numbers.
 */
const LOCKED = `
  locked AS MATERIALIZED (
    SELECT count(pg_advisory_xact_lock(number))
    FROM (SELECT DISTINCT hashtextextended(owner || ' ' || "idempotencyKey", 0) AS number FROM wanted ORDER BY number) AS numbers)`;

/** @param columns of orders, by the expression of their value */
const insertInto = (columns: Readonly<Record<string, string>>, locksKeys: boolean, returned: string) => `
  INSERT INTO public.orders (${Object.keys(columns).join(', ')})
  SELECT ${Object.values(columns).join(', ')}
  FROM wanted${locksKeys ? ' CROSS JOIN locked' : ''}
  ORDER BY "orderId", owner
  ON CONFLICT DO NOTHING
  RETURNING ${returned}`;

const COLUMNS = {
  order_id: '"orderId"',
  user_id: '"userId"',
  item_ids: '"itemIds"',
  total_amount: '"totalAmount"',
  due_at: `now() + $2::double precision * interval '1 second'`,
  request_token: '"requestToken"',
  owner: 'owner',
  created_by: 'actor',
  idempotency_key: '"idempotencyKey"',
  fingerprint: 'fingerprint',
};

/** Of the table orders: how long until it may start. */
const WAIT_SECONDS = `coalesce(greatest(0, extract(epoch FROM not_before - now())), 0)::double precision AS wait`;

const statements = (locksKeys: boolean) => {
  const tables = `WITH wanted AS (${WANTED})${locksKeys ? `,${LOCKED}` : ''}`;
  return {
    withoutDetails: `${tables} ${insertInto(COLUMNS, locksKeys, 'request_token')}`,
    /** Separate, so that orders without details do not pay for it. */
    withDetails: `${tables},
  inserted AS (${insertInto(
    {
      ...COLUMNS,
      due_at: dueAt(processAfterOf('details'), '$2::double precision'),
      // Without it, an order waits since it was created.
      not_before: `CASE WHEN ${processAfterOf('details')} > now() THEN ${processAfterOf('details')} END`,
      detail_bytes: detailBytesOf('details'),
    },
    locksKeys,
    `request_token, ${WAIT_SECONDS}`,
  )}),
  detailed AS (
    INSERT INTO public.order_details (order_id, owner, ${DETAIL_COLUMNS.join(', ')})
    SELECT "orderId", owner, ${detailValuesOf('details')}
    FROM wanted JOIN inserted ON request_token = "requestToken"
    WHERE details IS NOT NULL)
  SELECT request_token, wait FROM inserted`,
  };
};

const INSERT = statements(false);
const LOCK_KEYS_AND_INSERT = statements(true);

/**
 * Inserts Pending orders, and returns the request tokens of those that it inserted, with the seconds until each may start. An order
 * whose id or idempotency key is taken, also by another row of the same statement, is skipped. Keys are locked first, and rows are
 * sorted, so that two of these statements do not deadlock.
 */
export async function insertOrders(
  database: Queryable,
  orders: readonly OrderInsert[],
  resendAfterSeconds: number,
): Promise<Map<string, number>> {
  const parameters = [JSON.stringify(orders), resendAfterSeconds];
  // A lone order waits for its key before it is inserted.
  const locksKeys = orders.length > 1 && orders.some(({ idempotencyKey }) => idempotencyKey !== null);
  const { withDetails, withoutDetails } = locksKeys ? LOCK_KEYS_AND_INSERT : INSERT;
  const statement = orders.some(({ details }) => details) ? withDetails : withoutDetails;
  const rows = await database.query<{ request_token: string; wait?: number }>(statement, parameters, {
    prepared: true,
  });
  return new Map(rows.map(({ request_token: token, wait = 0 }) => [token, wait]));
}

/** The conflict of an insert that was skipped. */
export interface Conflict {
  readonly requestToken: string;
  /** True if this very request, whose outcome was unknown, inserted the owner's order with this id. */
  readonly isOurs: boolean;
  /** Seconds until that order may start. */
  readonly wait: number;
  /** An order with this id exists, of any owner: until 000014 has been applied, ids are unique across owners. Or the owner's was deleted. */
  readonly idExists: boolean;
  /** The owner had an order with this id, and it was deleted: the trigger rejects the whole statement. */
  readonly wasDeleted: boolean;
  /** The digest of the order with this owner and idempotency key; null if there is none, or it was deleted and is another one. */
  readonly keyFingerprint: string | null;
}

/**
 * Reads the conflicting rows. A separate statement, because the snapshot of the INSERT cannot see a row that was
 * committed while it waited.
 */
export async function findConflicts(database: Queryable, orders: readonly OrderInsert[]): Promise<Conflict[]> {
  return database.query<Conflict>(
    `WITH wanted AS (${WANTED})
     SELECT wanted."requestToken",
            same_id.request_token IS NOT DISTINCT FROM wanted."requestToken" AS "isOurs",
            coalesce(greatest(0, extract(epoch FROM same_id.not_before - now())), 0)::double precision AS wait,
            deleted.order_id IS NOT NULL AS "wasDeleted",
            deleted.order_id IS NOT NULL OR EXISTS (SELECT FROM public.orders o WHERE o.order_id = wanted."orderId") AS "idExists",
            coalesce(same_key.fingerprint,
              CASE WHEN deleted.request = ${requestHash('wanted."idempotencyKey"', 'wanted.fingerprint')} THEN wanted.fingerprint END
            ) AS "keyFingerprint"
     FROM wanted
     LEFT JOIN public.orders same_id ON same_id.order_id = wanted."orderId" AND same_id.owner = wanted.owner
     LEFT JOIN public.orders same_key
       ON same_key.owner = wanted.owner AND same_key.idempotency_key = wanted."idempotencyKey"
     LEFT JOIN LATERAL (
       SELECT * FROM public.order_tombstones t WHERE t.order_id = wanted."orderId" AND t.owner = wanted.owner LIMIT 1
     ) AS deleted ON true`,
    [JSON.stringify(orders)],
  );
}
