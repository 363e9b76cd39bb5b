import type { Parameter } from '../../database/database.ts';
import type { Metadata, Status } from '../order.ts';
import { HISTORY_OF_O } from './history-of.ts';
import { momentOf, type Position } from './list-position.ts';

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

/** Adds a parameter to the statement, and returns its expression. */
export type AddParameter = (value: Parameter, type: string) => string;

/** Only the given filters, so that any plan of the statement can use the index of the first filter. */
export function conditions({ userId, status, reasonCode, owner }: OrderFilter, parameter: AddParameter): string[] {
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
export function unindexed({ idPrefix, metadata, updatedFrom }: OrderFilter, parameter: AddParameter): string[] {
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
export const CREATED_AT_OF_ANY = `(o.created_at AT TIME ZONE 'UTC')`;

/** @param k the table whose index is read. @param createdAt its expression in that index */
export function bounds(
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
