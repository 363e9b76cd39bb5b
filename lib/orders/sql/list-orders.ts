import type { Parameter, Queryable } from '../../database/database.ts';
import type { Metadata, Order, Status } from '../order.ts';
import { HISTORY_OF_O } from './history-of.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

/** Which orders. A condition that is left out selects any. */
export interface OrderFilter {
  /** Null for any: it is never left out by mistake, because it keeps the orders of others from the caller. */
  readonly owner: string | null;
  readonly userId?: number | undefined;
  readonly status?: Status | undefined;
  readonly reasonCode?: string | undefined;
  /** The start of the order id. No index helps, so a page reads at most MAX_SCAN orders. */
  readonly idPrefix?: string | undefined;
  readonly customerRef?: string | undefined;
  /** All of these must be in its metadata. No index helps, as for idPrefix. */
  readonly metadata?: Metadata | undefined;
  /** Changed at this time or later. No index helps, as for idPrefix. */
  readonly updatedFrom?: Date | undefined;
  /** Inclusive. */
  readonly createdFrom?: Date | undefined;
  /** Exclusive. */
  readonly createdTo?: Date | undefined;
}

/** A position in the list: right after this order. */
export interface Position {
  /** Seconds since 1970 with microseconds, as text: a Date would lose digits, and so skip or repeat orders. */
  readonly createdAt: string;
  readonly orderId: string;
  /** One commit can create orders of two owners with the same id. */
  readonly owner: string;
}

/**
 * The time of a position. Its seconds and its microseconds apart: far from 1970, a double does not hold both.
 * @param createdAt an expression: numeric
 */
export const momentOf = (createdAt: string) => `(timestamptz 'epoch'
  + trunc(${createdAt})::double precision * interval '1 second'
  + (${createdAt} % 1 * 1000000)::double precision * interval '1 microsecond')`;

export interface Page {
  readonly orders: readonly Order[];
  /** The start of the next page; null if there is none. */
  readonly next: Position | null;
}

/**
 * The most orders that one page reads if no index covers all its filters (an owner's or a user's orders with one
 * status), so that its cost is bounded even if few or none of them match. Ten times the longest page.
 */
const MAX_SCAN = 1_000;

/**
 * The most item ids on a page in total: a result of the RDS Data API has at most 1 MiB, and an order at most 1,000 item ids. In
 * this sum, 16 bytes of an order's details count as one: a response of Lambda has at most 6 MB.
 */
const MAX_WEIGHT = 30_000;

/**
 * A page of orders, newest first, at a cost that depends neither on the number of orders nor on how deep the page is. A
 * page can be short or empty and still have a next one: see MAX_SCAN and MAX_WEIGHT.
 * @param after the end of the previous page; null for the first page
 * @param limit the most orders on a page
 */
export async function listOrders(
  database: Queryable,
  filter: OrderFilter,
  after: Position | null,
  limit: number,
): Promise<Page> {
  const { parameters, parameter } = collectParameters();
  const ofCustomer =
    filter.customerRef === undefined ? undefined : `k.customer_ref = ${parameter(filter.customerRef, 'text')}`;
  const byColumns = conditions(filter, parameter);
  const [indexed, ...others] = ofCustomer ? [ofCustomer, ...byColumns] : byColumns;
  const tested = [...others, ...unindexed(filter, parameter)];
  // The table whose index is read, with the key and the time of the order.
  const k = ofCustomer ? 'k' : 'o';
  const createdAt = indexed === undefined ? CREATED_AT_OF_ANY : `${k}.created_at`;
  // One more than fits on the page, to see whether there is a next one.
  const scan = tested.length === 0 ? limit + 1 : MAX_SCAN;
  const range = `
    WHERE ${[indexed ?? 'true', ...bounds(k, createdAt, filter, after, parameter)].join(' AND ')}
    ORDER BY ${createdAt} DESC, ${k}.order_id DESC, ${k}.owner DESC
    LIMIT ${parameter(scan, 'integer')}`;
  // Limited before the join, so that the planner reads no more of either table.
  const source = ofCustomer
    ? `FROM (SELECT k.order_id, k.owner, k.created_at FROM public.order_details k ${range}) AS k
       JOIN public.orders o ON o.order_id = k.order_id AND o.owner = k.owner`
    : `FROM public.orders o ${range}`;
  const rows = await database.query<Row>(
    `WITH scanned AS MATERIALIZED (
       SELECT ${k}.created_at, ${k}.order_id, ${k}.owner, cardinality(o.item_ids) + coalesce(o.detail_bytes, 0) / 16 AS weight, ${tested.join(' AND ') || 'true'} AS matches
       ${source}),
     counted AS (
       SELECT created_at, order_id, owner, matches,
              count(*) FILTER (WHERE matches) OVER newest AS place,
              sum(weight) FILTER (WHERE matches) OVER newest AS weight,
              count(*) OVER () AS scanned,
              max(created_at) OVER () AS latest,
              count(*) FILTER (WHERE matches) OVER () AS matching
       FROM scanned WINDOW newest AS (ORDER BY created_at DESC, order_id DESC, owner DESC)),
     judged AS (
       SELECT *, row_number() OVER (ORDER BY created_at, order_id, owner) = 1 AS is_last,
              matches AND place <= ${parameter(limit, 'integer')} AND (place = 1 OR weight <= ${MAX_WEIGHT}) AS shown
       FROM counted),
     -- An upper bound for the planner.
     chosen AS (
       SELECT * FROM judged WHERE shown OR is_last
       ORDER BY created_at DESC, order_id DESC, owner DESC LIMIT ${parameter(limit + 1, 'integer')})
     SELECT extract(epoch FROM chosen.created_at)::text AS position_created_at, chosen.order_id AS position_order_id, chosen.owner AS position_owner,
            chosen.shown, chosen.scanned::integer, chosen.matching::integer, chosen.latest > chosen.created_at AS is_later,
            extract(epoch FROM chosen.created_at + interval '1 microsecond')::text AS just_before, ${ORDER_COLUMNS}
     FROM chosen LEFT JOIN public.orders o ON chosen.shown AND o.order_id = chosen.order_id AND o.owner = chosen.owner
     ORDER BY chosen.created_at DESC, chosen.order_id DESC, chosen.owner DESC`,
    parameters,
  );
  const shown = rows.filter((row) => row.shown);
  const orders = await toOrders(database, shown);
  const next = nextPosition(shown, rows.at(-1), scan, filter.owner);
  return { orders, next: next && (await withoutOthers(database, next, filter.owner)) };
}

interface Row extends OrderRow {
  position_created_at: string;
  position_order_id: string;
  position_owner: string;
  shown: boolean;
  /** A value for the whole scan, repeated in each row. */
  scanned: number;
  matching: number;
  /** Whether the scan began with orders that are newer than this one. */
  is_later: boolean;
  /** A time before which, newest first, no order that is newer than this one comes. */
  just_before: string;
}

/** After the last order shown if more matches were found; after the last order read if more may follow. */
function nextPosition(
  shown: readonly Row[],
  last: Row | undefined,
  scan: number,
  owner: string | null,
): Position | null {
  if (!last) return null;
  const lastShown = shown.at(-1);
  if (lastShown && last.matching > shown.length) return positionOf(lastShown);
  if (last.scanned !== scan) return null;
  if (owner === null || owner === last.position_owner) return positionOf(last);
  if (lastShown?.position_created_at === last.position_created_at) return positionOf(lastShown);
  // Reads the orders of this time again, unless the scan found no other time and so would not get any further.
  return last.is_later ? { createdAt: last.just_before, orderId: '', owner: '' } : positionOf(last);
}

/**
 * The caller gets the position, which must not contain the id and the owner of another owner's order. If it does, it is
 * replaced with the one just before the caller's next order of that time, or after all orders of that time.
 */
async function withoutOthers(database: Queryable, position: Position, owner: string | null): Promise<Position> {
  const { createdAt, orderId } = position;
  if (owner === null || orderId === '' || position.owner === owner) return position;
  const [own] = await database.query<{ order_id: string }>(
    `SELECT order_id FROM public.orders
     WHERE owner = $1::text AND owner <> '' AND order_id <= $3::text
       AND created_at = ${momentOf('$2::numeric')}
     ORDER BY order_id DESC LIMIT 1`,
    [owner, createdAt, orderId],
  );
  // The list is in descending order, and in every collation a longer text comes after its own start.
  return own ? { createdAt, orderId: own.order_id, owner: `${owner}\u0001` } : { createdAt, orderId: '', owner: '' };
}

function positionOf(row: Row): Position {
  return { createdAt: row.position_created_at, orderId: row.position_order_id, owner: row.position_owner };
}

type AddParameter = (value: Parameter, type: string) => string;

/** Only the given filters, so that any plan of the statement can use the index of the first filter. */
function conditions({ userId, status, reasonCode, owner }: OrderFilter, parameter: AddParameter): string[] {
  return [
    // First, because few orders have a code.
    reasonCode === undefined ? [] : [`o.reason_code = ${parameter(reasonCode, 'text')}`],
    userId === undefined ? [] : [`o.user_id = ${parameter(userId, 'integer')}`],
    status === undefined ? [] : [`o.status = ${parameter(status, 'text')}`],
    // The second condition allows the planner to use the partial index of owners.
    owner === null ? [] : [`o.owner = ${parameter(owner, 'text')} AND o.owner <> ''`],
  ].flat();
}

/**
 * In most collations, the ids with one prefix are not neighbours in an index, and one that compares bytes would get an entry for
 * each version of each order.
 */
function unindexed({ idPrefix, metadata, updatedFrom }: OrderFilter, parameter: AddParameter): string[] {
  return [
    idPrefix === undefined ? [] : [`starts_with(o.order_id, ${parameter(idPrefix, 'text')})`],
    metadata === undefined
      ? []
      : [`o.detail_bytes IS NOT NULL AND ${hasMetadata(parameter(JSON.stringify(metadata), 'jsonb'))}`],
    updatedFrom === undefined ? [] : [wasUpdatedFrom(parameter(updatedFrom.toISOString(), 'timestamptz'))],
  ].flat();
}

/** Not EXISTS, which the planner may turn into a read of the whole table. */
const hasMetadata = (metadata: string) => `coalesce((
  SELECT d.metadata FROM public.order_details d WHERE d.order_id = o.order_id AND d.owner = o.owner) @> ${metadata}, false)`;

/** A finished order changes only by a redrive, after which it is not finished. The history knows when the others changed. */
const wasUpdatedFrom = (time: string) => `
  CASE WHEN o.finished_at IS NOT NULL OR o.created_at >= ${time} THEN coalesce(o.finished_at, o.created_at) >= ${time}
       ELSE EXISTS (SELECT FROM ${HISTORY_OF_O} AS h WHERE h.at >= ${time}) END`;

/** The expression of the index of all orders (infra/migrations/000005-listing-and-control.sql has the reason). */
const CREATED_AT_OF_ANY = `(o.created_at AT TIME ZONE 'UTC')`;

/** @param k the table whose index is read. @param createdAt its expression in that index */
function bounds(
  k: string,
  createdAt: string,
  { createdFrom, createdTo }: OrderFilter,
  after: Position | null,
  parameter: AddParameter,
): string[] {
  const inItsWords = (time: string) => (createdAt === CREATED_AT_OF_ANY ? `(${time} AT TIME ZONE 'UTC')` : time);
  const seconds = (time: string) => inItsWords(momentOf(parameter(time, 'numeric')));
  const date = (time: Date) => inItsWords(parameter(time.toISOString(), 'timestamptz'));
  return [
    createdFrom === undefined ? [] : [`${createdAt} >= ${date(createdFrom)}`],
    createdTo === undefined ? [] : [`${createdAt} < ${date(createdTo)}`],
    after === null
      ? []
      : [
          `(${createdAt}, ${k}.order_id, ${k}.owner) <
           (${seconds(after.createdAt)}, ${parameter(after.orderId, 'text')}, ${parameter(after.owner, 'text')})`,
        ],
  ].flat();
}

function collectParameters() {
  const parameters: Parameter[] = [];
  const parameter: AddParameter = (value, type) => {
    parameters.push(value);
    return `$${parameters.length}::${type}`;
  };
  return { parameters, parameter };
}
