import { CREATED, type Effect, type Row } from './row.ts';
import type { Statement } from './statements.ts';

/** A worker with a message of the order, and where it is in lib/orders/process-orders.ts. */
export interface Worker {
  readonly phase: 'idle' | 'received' | 'suspect' | 'paused' | 'running' | 'send' | 'acknowledge';
  /** True while its claim has the order's token. */
  readonly current: boolean;
  /** True while its claim is the latest one, whatever the tokens are. */
  readonly holds: boolean;
  /** The signals that the order had when it was claimed. */
  readonly known: number;
  /** True if it claimed the order to undo it. */
  readonly undoes: boolean;
}

/** What can happen in addition to messages, deaths, sweeps, cancellations and redrives. All of it together would be too many states. */
export interface Scope {
  readonly name: string;
  /** Steps that `npm test` takes: as many as it takes in seconds. */
  readonly depth: number;
  /** A signal, sleeps and waits, pauses of all processing. */
  readonly waits: boolean;
  /** The most steps with an undo that a run records. */
  readonly steps: number;
  /** The order may have a process_after, and be amended. */
  readonly amends: boolean;
}

export const SCOPES: readonly Scope[] = [
  { name: 'waits', depth: 14, waits: true, steps: 0, amends: false },
  { name: 'undo', depth: 12, waits: false, steps: 2, amends: false },
  { name: 'amendments', depth: 12, waits: false, steps: 0, amends: true },
];

/** Everything that one order's future depends on. */
export interface World {
  readonly scope: Scope;
  readonly row: Row;
  readonly paused: boolean;
  /** Messages that a worker can receive, up to two: more change nothing. */
  readonly messages: number;
  readonly workers: readonly [Worker, Worker];
  readonly sweep: 'idle' | 'found' | 'sent';
  /** What somebody may still do by hand with psql: once. */
  readonly byHand: boolean;
  readonly completions: number;
  /** True while the order waits for a signal that it has. */
  readonly unheard: boolean;
  /** Claims for undo since the last one that undid a step. */
  readonly undoClaims: number;
  /** Somebody who changes the order has read it, and it is still like that. */
  readonly amender: 'idle' | 'current' | 'outdated';
}

export interface Step {
  /** What happens, for the trace. */
  readonly what: string;
  readonly next: World;
  /** The promise that it breaks. */
  readonly broken?: string | undefined;
}

export const IDLE: Worker = { phase: 'idle', current: false, holds: false, known: 0, undoes: false };

/** An order that failed after two steps, so that what its undo can meet is within reach. */
const TO_UNDO: Row = { ...CREATED, attempts: 1, due: 'now', endsAs: 'Failed', toUndo: 2 };

/** The first line of every trace, and where it leads. */
export const BEGINNINGS: readonly Step[] = SCOPES.flatMap(beginningsOf);

function beginningsOf(scope: Scope): Step[] {
  const orders: [string, Row][] = [['an order is created', CREATED]];
  if (scope.amends) orders.push(['an order is created with a process_after', { ...CREATED, notBefore: 'later' }]);
  if (scope.steps > 0) orders.push(['an order fails, and has two steps to undo', TO_UNDO]);
  // The API or the worker may have died before it sent the message.
  return orders.flatMap(([what, row]) => [
    { what: `${what}, and its message is sent`, next: { ...beginning(scope, row), messages: 1 } },
    { what: `${what}, and its message is never sent`, next: beginning(scope, row) },
  ]);
}

function beginning(scope: Scope, row: Row): World {
  return {
    scope,
    row,
    paused: false,
    messages: 0,
    workers: [IDLE, IDLE],
    sweep: 'idle',
    byHand: true,
    completions: 0,
    unheard: false,
    undoClaims: 0,
    amender: 'idle',
  };
}

/** Runs a statement; the tests also record it. */
export type Run = (statement: Statement, row: Row) => Effect;
export const REFUSED = 'Postgres refused a statement of the service';
export const more = (messages: number) => Math.min(2, messages + 1);
