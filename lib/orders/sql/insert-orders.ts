import type { Queryable } from '../../database/database.ts';
import type { NewOrder } from '../order.ts';

/** A create request on its way into the table. */
export interface OrderInsert extends NewOrder {
  /** Made by each create request: tells our own INSERT from another's, also after an unknown outcome. */
  readonly requestToken: string;
  /** Who created it; '' while callers are not told apart. */
  readonly owner: string;
  readonly idempotencyKey: string | null;
  /** Digest of the validated values; tells the same request under a key from another. */
  readonly fingerprint: string;
}

/** How to read a set of inserts from one JSON text. Amounts travel as strings, so that no float comes between. */
const WANTED = `
  SELECT * FROM json_to_recordset($1::json) AS wanted(
    "orderId" text, "userId" integer, "itemIds" integer[], "totalAmount" numeric,
    "requestToken" uuid, owner text, "idempotencyKey" text, fingerprint text)`;

const INSERT_ORDERS = `
  WITH wanted AS (${WANTED})
  INSERT INTO public.orders (order_id, user_id, item_ids, total_amount, due_at,
                      request_token, owner, idempotency_key, fingerprint)
  SELECT "orderId", "userId", "itemIds", "totalAmount", now() + $2::double precision * interval '1 second',
         "requestToken", owner, "idempotencyKey", fingerprint
  FROM wanted
  ORDER BY "orderId", owner
  ON CONFLICT DO NOTHING
  RETURNING request_token`;

/**
 * Inserts Pending orders, and answers the request tokens of those it inserted. A taken order id or idempotency key is
 * skipped, also when it is taken by another row of the same statement.
 *
 * Sorted, so that two of these statements do not wait for each other in a circle. Orders with idempotency keys come alone: no
 * order of rows would fit ids and keys both.
 */
export async function insertOrders(
  database: Queryable,
  orders: readonly OrderInsert[],
  resendAfterSeconds: number,
): Promise<Set<string>> {
  const parameters = [JSON.stringify(orders), resendAfterSeconds];
  const rows = await database.query<{ request_token: string }>(INSERT_ORDERS, parameters, { prepared: true });
  return new Set(rows.map((row) => row.request_token));
}

/** What stands in the way of an insert that was skipped. */
export interface Conflict {
  readonly requestToken: string;
  /** The owner's order with this id was inserted by this very request, whose outcome had been unknown. */
  readonly isOurs: boolean;
  /** An order with this id exists. Anyone's: until 000013 has been applied, ids are unique for all owners together. */
  readonly idExists: boolean;
  /** Digest kept with the order of this owner and idempotency key; null when there is none. */
  readonly keyFingerprint: string | null;
}

/**
 * Reads who conflicted. A statement of its own: the INSERT's snapshot cannot see a row that was committed while it
 * waited for it.
 */
export async function findConflicts(database: Queryable, orders: readonly OrderInsert[]): Promise<Conflict[]> {
  const rows = await database.query<{
    request_token: string;
    is_ours: boolean;
    id_exists: boolean;
    key_fingerprint: string | null;
  }>(
    `WITH wanted AS (${WANTED})
     SELECT wanted."requestToken" AS request_token,
            same_id.request_token IS NOT DISTINCT FROM wanted."requestToken" AS is_ours,
            EXISTS (SELECT FROM public.orders o WHERE o.order_id = wanted."orderId") AS id_exists,
            same_key.fingerprint AS key_fingerprint
     FROM wanted
     LEFT JOIN public.orders same_id ON same_id.order_id = wanted."orderId" AND same_id.owner = wanted.owner
     LEFT JOIN public.orders same_key
       ON same_key.owner = wanted.owner AND same_key.idempotency_key = wanted."idempotencyKey"`,
    [JSON.stringify(orders)],
  );
  return rows.map((row) => ({
    requestToken: row.request_token,
    isOurs: row.is_ours,
    idExists: row.id_exists,
    keyFingerprint: row.key_fingerprint,
  }));
}
