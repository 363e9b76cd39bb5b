import type { Queryable } from './database.ts';
import { MigrationError } from './migration-error.ts';
import { readApplied } from './migrations.ts';

/** Rows of the old service's table that a migration changes, and how. */
const FINDINGS: readonly { readonly what: string; readonly where: string; readonly becomes: string }[] = [
  { what: 'no status', where: 'status IS NULL', becomes: 'become Pending, and are processed' },
  { what: 'no created_at', where: 'created_at IS NULL', becomes: 'get the time of the migration' },
  {
    what: 'a created_at that is infinite or outside the years 1 to 9999',
    where: `NOT (created_at >= '0001-01-01' AND created_at < '10000-01-01')`,
    becomes: 'get the first or the last moment of those years; their history says what it was',
  },
  {
    what: 'item_ids with NULL in them, or nested, or not counted from 1',
    where: `array_ndims(item_ids) > 1 OR array_lower(item_ids, 1) <> 1
            OR EXISTS (SELECT FROM unnest(item_ids) AS i WHERE i IS NULL)`,
    becomes: 'become a plain list of the numbers, in their order; their history says what it was',
  },
  {
    what: 'a processing_time that is negative, NaN or infinite',
    where: `processing_time < 0 OR processing_time IN ('NaN', 'Infinity')`,
    becomes: 'have none any more; their history says what it was',
  },
  {
    what: 'an amount that is NaN, infinite, negative or at least 1e12',
    where: `NOT (total_amount >= 0 AND total_amount < 1e12)`,
    becomes: 'keep it, and show it as it is: "NaN", "Infinity"',
  },
  {
    what: 'an id that new orders may not have (empty, ., .., over 255 characters, control characters)',
    where: `order_id IN ('', '.', '..') OR length(order_id) > 255 OR order_id ~ '[[:cntrl:]]'`,
    becomes: 'keep it, and can be listed',
  },
  { what: 'more than 1,000 items', where: 'cardinality(item_ids) > 1000', becomes: 'keep them' },
];

/** Rows that cannot be migrated. The reason says what to do. */
const BLOCKERS: typeof FINDINGS = [
  {
    what: 'a status other than Pending, Processing and Completed',
    where: `status NOT IN ('Pending', 'Processing', 'Completed')`,
    becomes: 'cannot be migrated: give them one of these first',
  },
  {
    what: 'an id of more than 2,600 bytes',
    where: 'pg_column_size(order_id) > 2600',
    becomes: 'cannot be migrated, since no index holds them: give them shorter ids first',
  },
];

/**
 * Reports how many orders the old service has, and which of them the import changes. Changes nothing. Reports nothing
 * if there is no table of the old service.
 * @throws MigrationError if there are orders that cannot be migrated
 */
export async function reportImport(
  database: Queryable,
  timeZone: string,
  report: (line: string) => void,
): Promise<void> {
  const [old] = await database.query<{ exists: boolean }>(`SELECT to_regclass('public.orders') IS NOT NULL AS exists`);
  if (!old?.exists || (await readApplied(database)).size > 0) return;
  const [all] = await database.query<{ orders: number; example: string | null }>(
    `SELECT count(*)::bigint AS orders,
            ((timestamp '2026-01-15 12:00' AT TIME ZONE $1::text) AT TIME ZONE 'UTC')::text AS example
     FROM public.orders`,
    [timeZone],
  );
  report(`importing ${all?.orders} orders; created_at 2026-01-15 12:00:00 is read as ${all?.example} UTC`);
  for (const finding of FINDINGS) await examine(database, finding, report);
  const blocked: string[] = [];
  for (const blocker of BLOCKERS) await examine(database, blocker, (line) => blocked.push(line));
  if (blocked.length > 0) throw new MigrationError(blocked.join('; '));
}

const EXAMPLES = 3;

async function examine(
  database: Queryable,
  { what, where, becomes }: (typeof FINDINGS)[number],
  report: (line: string) => void,
): Promise<void> {
  const [found] = await database.query<{ orders: number; examples: string }>(
    `SELECT count(*)::bigint AS orders,
            (SELECT coalesce(json_agg(left(order_id, 40)), '[]')::text
             FROM (SELECT order_id FROM public.orders WHERE ${where} LIMIT ${EXAMPLES}) AS few) AS examples
     FROM public.orders WHERE ${where}`,
  );
  if (found && found.orders > 0) report(`${found.orders} orders with ${what} ${becomes} (such as ${found.examples})`);
}
