import type { Queryable } from '../../database/database.ts';

/** How many Pending orders are read: the cost of a check does not depend on the backlog. Far more than one owner's limit. */
const NEWEST = 50_000;

/** The owners of at least `limit` of the newest Pending orders: an owner that sends too much has many of them. */
export async function readBusyOwners(database: Queryable, limit: number): Promise<string[]> {
  const rows = await database.query<{ owner: string }>(
    `SELECT owner FROM (
       SELECT owner FROM public.orders WHERE status = 'Pending' ORDER BY created_at DESC LIMIT ${NEWEST}) AS newest
     GROUP BY owner HAVING count(*) >= $1::integer`,
    [limit],
  );
  return rows.map(({ owner }) => owner);
}
