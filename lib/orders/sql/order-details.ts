import type { Queryable } from '../../database/database.ts';
import { type OrderKey, type OrderName, orderKey } from '../../order-key.ts';
import type { OrderDetails } from '../order.ts';
import { type KeyRow, keyOfRow, keysToJson, WANTED_KEYS } from './keys.ts';

/** The columns of order_details, without its key. */
export const DETAIL_COLUMNS = ['currency', 'customer_ref', 'metadata', 'items', 'process_after'] as const;

/** The values of DETAIL_COLUMNS. @param details an expression: OrderDetails as jsonb */
export const detailValuesOf = (details: string) =>
  `${details} ->> 'currency', ${details} ->> 'customerRef', ${details} -> 'metadata', ${details} -> 'items',
   ${processAfterOf(details)}`;

/** @param details an expression: OrderDetails as jsonb */
export const processAfterOf = (details: string) => `(${details} ->> 'processAfter')::timestamptz`;

/** The value of orders.detail_bytes. @param details an expression: OrderDetails as jsonb */
export const detailBytesOf = (details: string) => `octet_length((${details})::text)`;

/** What a row of orders says about its details. */
export interface Detailed extends Required<OrderName> {
  /** Their size as JSON; null if it has none. */
  readonly detailBytes: number | null;
}

/** Characters of JSON per row: a row of the Data API has at most 64 KB, and a character at most 4 bytes. */
const PIECE = 12_000;

/**
 * Bytes of JSON per statement: a result of the Data API has at most 1 MiB, and is itself JSON, in which quotes take two
 * bytes. One order has at most 256 KiB, the limit of a request.
 */
const MAX_BYTES = 400_000;

/** Reads the details of those orders that have any. No statement is run if none has. */
export async function readDetails(
  database: Queryable,
  orders: readonly Detailed[],
): Promise<ReadonlyMap<OrderKey, OrderDetails>> {
  const texts = new Map<OrderKey, string>();
  for (const keys of inStatements(orders))
    for (const { piece, ...row } of await readPieces(database, keys))
      texts.set(keyOfRow(row), (texts.get(keyOfRow(row)) ?? '') + piece);
  return new Map([...texts].map(([key, text]) => [key, parse(text)]));
}

function parse(text: string): OrderDetails {
  const { processAfter, ...details } = JSON.parse(text);
  return { ...details, ...(processAfter !== undefined && { processAfter: new Date(processAfter) }) };
}

function inStatements(orders: readonly Detailed[]): OrderKey[][] {
  const statements: OrderKey[][] = [];
  let room = 0;
  for (const { detailBytes, ...order } of orders) {
    if (detailBytes === null) continue;
    if (detailBytes > room) {
      statements.push([]);
      room = MAX_BYTES;
    }
    statements.at(-1)?.push(orderKey(order));
    room -= detailBytes;
  }
  return statements;
}

function readPieces(database: Queryable, keys: readonly OrderKey[]) {
  return database.query<KeyRow & { piece: string }>(
    `SELECT d.order_id, d.owner, substr(d.details, place * ${PIECE} + 1, ${PIECE}) AS piece
     FROM ${WANTED_KEYS}
     CROSS JOIN LATERAL (
       SELECT order_id, owner, json_strip_nulls(json_build_object(
         'currency', currency, 'customerRef', customer_ref, 'metadata', metadata, 'items', items,
         'processAfter', process_after))::text AS details
       FROM public.order_details d WHERE d.order_id = wanted.order_id AND d.owner = wanted.owner
       OFFSET 0) AS d
     CROSS JOIN LATERAL generate_series(0, (length(d.details) - 1) / ${PIECE}) AS place
     ORDER BY d.order_id, d.owner, place`,
    [keysToJson(keys)],
  );
}
