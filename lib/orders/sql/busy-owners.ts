import type { Queryable } from '../../database/database.ts';

/** How many Pending orders are read: the cost of a check does not depend on the backlog. Far more than one owner's limit. */
const NEWEST = 50_000;

/** How long containers share a result: a little less than the time between two checks of one container (admission.ts). */
const SHARED_SECONDS = 4;

/**
 * How long a result is used: three checks. One that has not been replaced by then is from before a time without requests, or
 * the checks fail, and says nothing about the present.
 */
const VALID_SECONDS = 15;

/**
 * The owners of at least `limit` of the newest Pending orders: an owner that sends too much has many of them. All containers
 * share the result, so that its cost does not depend on their number: one of them reads the orders, and the others see the
 * previous result until it is done.
 */
export async function readBusyOwners(database: Queryable, limit: number): Promise<string[]> {
  const turn = await database.query(
    `INSERT INTO public.busy_owners AS shared (read_at) VALUES (now())
     ON CONFLICT (only_row) DO UPDATE SET read_at = excluded.read_at
     WHERE shared.read_at <= excluded.read_at - ${SHARED_SECONDS} * interval '1 second'
     RETURNING true AS turn`,
  );
  if (turn.length > 0)
    await database.query(
      `UPDATE public.busy_owners SET found_at = now(), owners = ARRAY(
         SELECT owner FROM (
           SELECT owner FROM public.orders WHERE status = 'Pending' ORDER BY created_at DESC LIMIT ${NEWEST}) AS newest
         GROUP BY owner HAVING count(*) >= $1::integer)`,
      [limit],
    );
  const rows = await database.query<{ owner: string }>(
    `SELECT unnest(owners) AS owner FROM public.busy_owners
     WHERE found_at > now() - ${VALID_SECONDS} * interval '1 second'`,
  );
  return rows.map(({ owner }) => owner);
}
