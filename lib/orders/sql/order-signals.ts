import type { Queryable } from '../../database/database.ts';
import type { OrderRun } from '../effect-key.ts';
import type { Status } from '../order.ts';

/** The most signals of an order, in all its runs: many more than a processor should wait for. */
export const MAX_SIGNALS = 100;

export interface NewSignal {
  readonly orderId: string;
  /** The required owner; null for any. */
  readonly owner: string | null;
  /** The required run; null for the current one. */
  readonly run: number | null;
  readonly name: string;
  /** JSON text. */
  readonly payload: string;
}

/** An order to which a signal was sent. */
export interface SignaledOrder extends OrderRun {
  readonly status: Status;
  /** How many it had received before. */
  readonly signals: number;
  /** False if there is one of this name already, or the order does not accept it. */
  readonly stored: boolean;
}

/**
 * Stores a signal, unless there is one of this name or its wait has timed out, and makes its order due if that is Waiting
 * (`order_signals_inserted()`). Locks the order: so signals and the worker that suspends the order come one after the other.
 * @returns the orders with this id, at most two; with two of them, nothing was stored
 */
export async function storeSignal(database: Queryable, signal: NewSignal, actor: string): Promise<SignaledOrder[]> {
  return database.query<SignaledOrder>(
    `WITH actor AS MATERIALIZED (
       SELECT public.act_as($6::text) AS name),
     seen AS MATERIALIZED (
       SELECT order_id, owner, run, status, signals FROM public.orders
       WHERE order_id = $1::text AND ($2::text IS NULL OR owner = $2::text)
       LIMIT 2
       FOR UPDATE),
     stored AS (
       INSERT INTO public.order_signals (owner, order_id, run, name, payload)
       SELECT seen.owner, seen.order_id, seen.run, $4::text, $5::text FROM seen CROSS JOIN actor
       WHERE seen.status IN ('Pending', 'Processing', 'Waiting') AND seen.signals < ${MAX_SIGNALS}
         AND seen.run = coalesce($3::integer, seen.run) AND (SELECT count(*) FROM seen) = 1
       ON CONFLICT (owner, order_id, run, name) DO NOTHING
       RETURNING owner)
     SELECT order_id AS "orderId", owner, run, status, signals, EXISTS (SELECT FROM stored) AS stored FROM seen`,
    [signal.orderId, signal.owner, signal.run, signal.name, signal.payload, actor],
  );
}

export interface SignalName extends OrderRun {
  readonly name: string;
}

/** A stored signal, or the timeout of its wait. */
export interface StoredSignal {
  /** JSON text; null if the wait timed out. */
  readonly payload: string | null;
}

/** What is stored under each of these names; undefined if nothing is. */
export async function readSignals(
  database: Queryable,
  names: readonly SignalName[],
): Promise<(StoredSignal | undefined)[]> {
  const rows = await database.query<StoredSignal & { index: number }>(
    `SELECT g.index, s.payload
     FROM json_to_recordset($1::json) AS g(index integer, owner text, "orderId" text, run integer, name text)
     JOIN public.order_signals s
       ON s.owner = g.owner AND s.order_id = g."orderId" AND s.run = g.run AND s.name = g.name`,
    [JSON.stringify(names.map(({ owner, orderId, run, name }, index) => ({ index, owner, orderId, run, name })))],
  );
  const found: (StoredSignal | undefined)[] = names.map(() => undefined);
  for (const { index, payload } of rows) found[index] = { payload };
  return found;
}

export interface HeldWait extends SignalName {
  /** The fencing token of the claim. */
  readonly token: number;
}

/**
 * Ends waits by their timeouts, unless their signals came first, and returns for each whether the worker still holds the order. If it
 * does not, nothing was written. `readSignals` says afterwards which of both it was: this statement cannot see a signal that was
 * committed while it waited for the lock of the order.
 */
export async function timeOutWaits(database: Queryable, waits: readonly HeldWait[], actor: string): Promise<boolean[]> {
  const rows = await database.query<{ index: number }>(
    `WITH given AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1::json) AS g(
         index integer, owner text, "orderId" text, run integer, token bigint, name text)),
     actor AS MATERIALIZED (
       SELECT public.act_as($2::text) AS name),
     locked AS MATERIALIZED (
       SELECT o.owner, o.order_id, o.status, o.token
       FROM public.orders o JOIN (SELECT DISTINCT owner, "orderId" FROM given) AS g
         ON o.order_id = g."orderId" AND o.owner = g.owner
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o),
     held AS MATERIALIZED (
       SELECT g.*
       FROM given g JOIN locked o ON o.order_id = g."orderId" AND o.owner = g.owner
       WHERE o.status = 'Processing' AND o.token = g.token),
     ended AS (
       INSERT INTO public.order_signals (owner, order_id, run, name)
       SELECT held.owner, held."orderId", held.run, held.name FROM held CROSS JOIN actor ORDER BY held.index
       ON CONFLICT (owner, order_id, run, name) DO NOTHING)
     SELECT index FROM held`,
    [JSON.stringify(waits.map((wait, index) => ({ index, ...wait }))), actor],
  );
  const held = new Set(rows.map(({ index }) => index));
  return waits.map((_, index) => held.has(index));
}
