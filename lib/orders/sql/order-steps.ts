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
}

export type StepKind = 'step' | 'sleep' | 'wait';

export interface RecordedStep extends Pick<StepRecord, 'kind' | 'result' | 'wakeSeconds'> {}

/** By name. */
export type RecordedSteps = ReadonlyMap<string, RecordedStep>;

/** The recorded steps of each of these runs, in order. */
export async function readSteps(database: Queryable, runs: readonly OrderRun[]): Promise<RecordedSteps[]> {
  const rows = await database.query<RecordedStep & { index: number; name: string }>(
    `SELECT g.index, s.name, s.kind, s.result, extract(epoch FROM s.wake_at - now())::double precision AS "wakeSeconds"
     FROM json_to_recordset($1::json) AS g(index integer, owner text, "orderId" text, run integer)
     JOIN public.order_steps s ON s.owner = g.owner AND s.order_id = g."orderId" AND s.run = g.run`,
    [JSON.stringify(runs.map(({ owner, orderId, run }, index) => ({ index, owner, orderId, run })))],
  );
  const steps = runs.map(() => new Map<string, RecordedStep>());
  for (const { index, name, ...step } of rows) steps[index]?.set(name, step);
  return steps;
}

/**
 * Records steps in one statement, and returns for each whether it was recorded. It was not if another worker has
 * claimed the order, or the order is no longer Processing: then this worker must stop. Retrying the statement after a
 * lost reply changes nothing.
 */
export async function recordSteps(database: Queryable, steps: readonly StepRecord[]): Promise<boolean[]> {
  const rows = await database.query<{ index: number }>(
    `WITH given AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1::json) AS g(
         index integer, owner text, "orderId" text, run integer, token bigint, attempt integer, name text, kind text,
         result text, seconds double precision, "wakeSeconds" double precision)),
     locked AS MATERIALIZED (
       SELECT o.owner, o.order_id, o.status, o.token
       FROM public.orders o JOIN (SELECT DISTINCT owner, "orderId" FROM given) AS g
         ON o.order_id = g."orderId" AND o.owner = g.owner
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o),
     held AS (
       SELECT g.*
       FROM given g JOIN locked o ON o.order_id = g."orderId" AND o.owner = g.owner
       WHERE o.status = 'Processing' AND o.token = g.token),
     recorded AS (
       INSERT INTO public.order_steps AS s
         (owner, order_id, run, name, kind, result, attempt, token, started_at, finished_at, wake_at)
       SELECT owner, "orderId", run, name, kind, result, attempt, token,
         clock_timestamp() - seconds * interval '1 second',
         clock_timestamp() + coalesce("wakeSeconds", 0) * interval '1 second',
         clock_timestamp() + "wakeSeconds" * interval '1 second'
       FROM held ORDER BY index
       -- Only this worker can have recorded it, in a first attempt whose reply was lost.
       ON CONFLICT (owner, order_id, run, name) DO NOTHING)
     SELECT index FROM held`,
    [JSON.stringify(steps.map((step, index) => ({ index, ...step })))],
  );
  const recorded = new Set(rows.map(({ index }) => index));
  return steps.map((_, index) => recorded.has(index));
}
