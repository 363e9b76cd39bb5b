import type { Parameter, Queryable } from '../../database/database.ts';
import type { Order } from '../order.ts';
import {
  type AddParameter,
  bounds,
  CREATED_AT_OF_ANY,
  conditions,
  type OrderFilter,
  unindexed,
} from './list-conditions.ts';
import { nextPosition, type Position, type PositionRow } from './list-position.ts';
import { ORDER_COLUMNS, type OrderRow, toOrders } from './order-row.ts';

interface Page {
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
  const parameters: Parameter[] = [];
  const parameter: AddParameter = (value, type) => `$${parameters.push(value)}::${type}`;
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
  const rows = await database.query<OrderRow & PositionRow>(
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
  return { orders: await toOrders(database, shown), next: await nextPosition(database, rows, scan, filter.owner) };
}
