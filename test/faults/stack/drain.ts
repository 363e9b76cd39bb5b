import { setTimeout as sleep } from 'node:timers/promises';
import type { ThrowawayStack } from './throwaway-stack.ts';

/**
 * Seconds: the sweep checks an order that it has sent repeatedly after 15 minutes at most, so within this time
 * something must have happened to each order that is not stuck.
 */
const LONGEST_PAUSE = 20 * 60;

interface State {
  /** Increases with each change of an order. */
  readonly changes: string;
  readonly unfinished: number;
  /** Unfinished orders that are not long overdue: the database says when they will be claimed or sent. */
  readonly hopeful: number;
}

/**
 * Waits until all orders are finished, without a time limit. It gives up only if nothing at all has changed for
 * `patience` seconds while every unfinished order has been overdue for as long (or nothing for 20 minutes).
 * @returns the number of unfinished orders
 */
export async function drain(stack: ThrowawayStack, patience: number, tell: (line: string) => void): Promise<number> {
  let last: State = { changes: '', unfinished: -1, hopeful: 0 };
  let changedAt = Date.now();
  let toldAt = Date.now();
  for (; ; await sleep(500)) {
    const state = await read(stack, patience);
    if (state.unfinished === 0) return 0;
    if (state.changes !== last.changes) changedAt = Date.now();
    last = state;
    const still = (Date.now() - changedAt) / 1_000;
    if (still > (state.hopeful > 0 ? LONGEST_PAUSE : patience)) return state.unfinished;
    if (Date.now() - toldAt < 5_000) continue;
    toldAt = Date.now();
    tell(`draining: ${state.unfinished} unfinished, last change ${still.toFixed(0)} s ago`);
  }
}

async function read(stack: ThrowawayStack, patience: number): Promise<State> {
  const [state] = await stack.withPsql((psql) =>
    psql.rows<State>(
      `SELECT (SELECT max(entry)::text FROM lab_audit) AS changes, count(*)::integer AS unfinished,
         count(*) FILTER (WHERE due_at > now() - $1::integer * interval '1 second')::integer AS hopeful
       FROM orders WHERE due_at IS NOT NULL`,
      [patience],
    ),
  );
  return state as State;
}
