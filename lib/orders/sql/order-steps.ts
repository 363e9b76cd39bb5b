import type { Queryable } from '../../database/database.ts';
import type { OrderRun } from '../effect-key.ts';

/** A step as it is to be recorded by the worker that holds the order. */
export interface StepRecord extends OrderRun {
  /** The fencing token of the claim. */
  readonly token: number;
  readonly attempt: number;
  readonly name: string;
  readonly kind: StepKind;
  /** JSON text; null if the step returned nothing. */
  readonly result: string | null;
  /** Seconds that it took. */
  readonly seconds: number;
  /** Seconds until a sleep ends or a wait times out; null for a step. */
  readonly wakeSeconds: number | null;
  readonly undoable: boolean;
  /** True to record that the step, which has a record, was undone. */
  readonly undone: boolean;
}

export type StepKind = 'step' | 'sleep' | 'wait';

export interface RecordedStep extends Pick<StepRecord, 'kind' | 'result' | 'wakeSeconds' | 'undoable' | 'undone'> {}

/**
 * - `recorded`.
 * - `cancelled`: recorded, and a caller has cancelled the order.
 * - `lost`: another worker has claimed the order, or it is no longer Processing. This worker must stop.
 */
export type Recording = 'recorded' | 'cancelled' | 'lost';

/** By name, in the order in which they were recorded. */
export type RecordedSteps = ReadonlyMap<string, RecordedStep>;

/** The recorded steps of each of these runs, one entry per run. */
export async function readSteps(database: Queryable, runs: readonly OrderRun[]): Promise<RecordedSteps[]> {
  const rows = await database.query<RecordedStep & { index: number; name: string }>(
    `SELECT g.index, s.name, s.kind, s.result, extract(epoch FROM s.wake_at - now())::double precision AS "wakeSeconds",
       s.undoable, s.undone_at IS NOT NULL AS undone
     FROM json_to_recordset($1::json) AS g(index integer, owner text, "orderId" text, run integer)
     JOIN public.order_steps s ON s.owner = g.owner AND s.order_id = g."orderId" AND s.run = g.run
     ORDER BY s.entry`,
    [JSON.stringify(runs.map(({ owner, orderId, run }, index) => ({ index, owner, orderId, run })))],
  );
  const steps = runs.map(() => new Map<string, RecordedStep>());
  for (const { index, name, ...step } of rows) steps[index]?.set(name, step);
  return steps;
}

/**
 * Records steps, and that steps were undone, in one statement. Retrying it after a lost reply changes nothing.
 * @param actor the worker, for the history
 */
export async function recordSteps(
  database: Queryable,
  steps: readonly StepRecord[],
  actor: string,
): Promise<Recording[]> {
  const rows = await database.query<{ index: number; cancelled: boolean }>(
    `WITH given AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1::json) AS g(
         index integer, owner text, "orderId" text, run integer, token bigint, attempt integer, name text, kind text,
         result text, seconds double precision, "wakeSeconds" double precision, undoable boolean, undone boolean)),
     actor AS MATERIALIZED (
       SELECT public.act_as($2::text) AS name),
     locked AS MATERIALIZED (
       SELECT o.owner, o.order_id, o.status, o.token, o.cancel_requested_at
       FROM public.orders o JOIN (SELECT DISTINCT owner, "orderId" FROM given) AS g
         ON o.order_id = g."orderId" AND o.owner = g.owner
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o),
     held AS (
       SELECT g.*, o.cancel_requested_at IS NOT NULL AS cancelled
       FROM given g JOIN locked o ON o.order_id = g."orderId" AND o.owner = g.owner
       WHERE o.status = 'Processing' AND o.token = g.token),
     recorded AS (
       INSERT INTO public.order_steps AS s
         (owner, order_id, run, name, kind, result, attempt, token, started_at, finished_at, wake_at, undoable, undone_at)
       SELECT owner, "orderId", run, held.name, kind, result, attempt, token,
         clock_timestamp() - seconds * interval '1 second',
         clock_timestamp() + coalesce("wakeSeconds", 0) * interval '1 second',
         clock_timestamp() + "wakeSeconds" * interval '1 second',
         undoable, CASE WHEN undone THEN clock_timestamp() END
       FROM held, actor ORDER BY index
       -- Otherwise only this worker can have recorded it, in a first attempt whose reply was lost.
       ON CONFLICT (owner, order_id, run, name) DO UPDATE SET undone_at = excluded.undone_at
         WHERE excluded.undone_at IS NOT NULL AND s.undone_at IS NULL)
     SELECT index, cancelled FROM held`,
    [JSON.stringify(steps.map((step, index) => ({ index, ...step }))), actor],
  );
  const held = new Map(rows.map(({ index, cancelled }) => [index, cancelled]));
  return steps.map((_, index) => (held.has(index) ? (held.get(index) ? 'cancelled' : 'recorded') : 'lost'));
}
