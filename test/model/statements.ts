import { NEXT_STATES, type Status } from '../../lib/orders/order.ts';
import type { Dropped } from './guards.ts';

/** The order in the database. Times are only compared with now, so all that counts is on which side of it they are. */
export interface Row {
  readonly status: Status;
  readonly lease: 'none' | 'live' | 'expired';
  readonly notBefore: 'none' | 'later' | 'past';
  readonly due: 'none' | 'later' | 'now';
  readonly attempts: number;
  readonly crashes: number;
  readonly redrives: number;
  /** 1 once the signal was stored. */
  readonly signals: number;
  /** True once somebody cancelled it; its worker ends it at the next occasion. */
  readonly cancelled: boolean;
}

export function keyOfRow(row: Row): string {
  const { status, lease, notBefore, due, attempts, crashes, redrives, signals, cancelled } = row;
  return `${status} ${lease} ${notBefore} ${due} ${attempts} ${crashes} ${redrives} ${signals} ${cancelled}`;
}

/** Small, so that the model can go beyond them. */
export const MAX_CRASHES = 2;
export const MAX_ATTEMPTS = 2;
export const MAX_REDRIVES = 1;

export const CREATED: Row = {
  status: 'Pending',
  lease: 'none',
  notBefore: 'none',
  due: 'later',
  attempts: 0,
  crashes: 0,
  redrives: 0,
  signals: 0,
  cancelled: false,
};

export const OUTCOMES = ['completes', 'fails', 'fails for good', 'runs out of time', 'suspends'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One statement of the service, or of somebody with psql, with the parameters that its effect depends on. */
export type Statement =
  | { readonly name: 'claim'; readonly suspects: boolean; readonly paused: boolean }
  | { readonly name: 'finish'; readonly outcome: Outcome; readonly known: number; readonly current: boolean }
  | { readonly name: 'find due'; readonly paused: boolean }
  | { readonly name: 'postpone' | 'make due now' | 'cancel' | 'redrive' | 'signal' }
  | { readonly name: 'psql: status = Pending' | 'psql: due_at = NULL' };

export interface Effect {
  readonly row: Row;
  /** What the statement returns; `refused` if Postgres refuses its UPDATE. */
  readonly result: string;
}

const isFinal = ({ status }: Row) => ['Completed', 'Failed', 'Cancelled'].includes(status);
const isFree = ({ status }: Row) => status === 'Pending' || status === 'Waiting';

/** The effect of a statement, as its SQL has it (lib/orders/sql). The test compares each with Postgres. */
export function effectOf(statement: Statement, row: Row, dropped?: Dropped): Effect {
  switch (statement.name) {
    case 'claim':
      return claim(row, statement, dropped);
    case 'finish':
      return finish(row, statement, dropped);
    case 'find due':
      return { row, result: row.due === 'now' && !statement.paused ? 'found' : 'none' };
    case 'postpone':
      if (row.due !== 'now' && dropped !== 'postponeDue') return { row, result: 'none' };
      return write(row, { ...row, due: 'later' }, 'written', dropped);
    case 'make due now':
      if (!isFree(row) && dropped !== 'dueNowFree') return { row, result: 'done' };
      return write(row, { ...row, due: row.notBefore === 'later' ? 'later' : 'now' }, 'done', dropped);
    case 'cancel': {
      if (isFinal(row)) return { row, result: 'none' };
      if (!isFree(row) && dropped !== 'cancelFree') return { row: { ...row, cancelled: true }, result: 'written' };
      const attempts = row.attempts + Number(row.status === 'Waiting');
      return write(row, { ...row, ...ENDED, status: 'Cancelled', cancelled: true, attempts }, 'written', dropped);
    }
    case 'redrive': {
      const isRedriven = (row.status === 'Failed' || dropped === 'redriveFailed') && row.redrives < MAX_REDRIVES;
      if (!isRedriven) return { row, result: 'none' };
      const due = dropped === 'redriveDue' ? 'none' : 'later';
      const budgets = { attempts: 0, crashes: 0, redrives: row.redrives + 1 };
      return write(row, { ...row, ...budgets, status: 'Pending', notBefore: 'past', due }, 'written', dropped);
    }
    case 'signal': {
      if (isFinal(row) || row.signals > 0) return { row, result: 'none' };
      const wakes = row.status === 'Waiting' && dropped !== 'signalWakes';
      return { row: { ...row, signals: 1, ...(wakes && { notBefore: 'past', due: 'now' }) }, result: 'written' };
    }
    case 'psql: status = Pending':
      return write(row, { ...row, status: 'Pending', lease: 'none', due: 'later' }, 'written', dropped);
    case 'psql: due_at = NULL':
      return write(row, { ...row, due: 'none' }, 'written', dropped);
  }
}

const ENDED = { lease: 'none', notBefore: 'none', due: 'none' } as const;

function claim(row: Row, { suspects, paused }: { suspects: boolean; paused: boolean }, dropped: Dropped): Effect {
  const lost = row.status === 'Processing';
  const isStopped = paused && dropped !== 'pause';
  const mayStart = row.notBefore !== 'later' || dropped === 'pauseBetweenAttempts';
  const isLost = lost && (row.lease === 'expired' || dropped === 'lease');
  const isSuspect = row.crashes > 0 || lost;
  if (!isStopped && ((isFree(row) && mayStart) || isLost) && isSuspect === suspects) {
    const crashes = row.crashes + Number(lost);
    if (lost && crashes >= MAX_CRASHES && dropped !== 'crashBudget')
      return write(row, { ...row, ...ENDED, status: 'Failed', crashes }, 'settled', dropped);
    const held = { status: 'Processing', lease: 'live', notBefore: 'none', due: 'later' } as const;
    return write(row, { ...row, ...held, crashes }, 'claimed', dropped);
  }
  const why = [
    row.due === 'none' && 'settled',
    row.lease === 'live' && 'held',
    row.notBefore === 'later' && 'waiting',
    paused && 'paused',
    isSuspect !== suspects && 'suspect',
  ];
  return { row, result: why.find((reason) => reason !== false) || 'locked' };
}

function finish(
  row: Row,
  { outcome, known, current }: { outcome: Outcome; known: number; current: boolean },
  dropped: Dropped,
): Effect {
  if (!current && dropped !== 'fence') return { row, result: 'lost' };
  if (row.status !== 'Processing' && dropped !== 'finishHeld') return { row, result: 'lost' };
  const attempts = row.attempts + Number(outcome === 'fails' || outcome === 'fails for good');
  if (outcome === 'completes') return write(row, { ...row, ...ENDED, status: 'Completed' }, 'taken', dropped);
  if (outcome === 'fails for good' || (outcome === 'fails' && attempts >= MAX_ATTEMPTS))
    return write(row, { ...row, ...ENDED, status: 'Failed', attempts }, 'taken', dropped);
  const due = dropped === 'retryDue' ? 'none' : 'later';
  if (outcome === 'suspends') {
    const signaled = row.signals > known && dropped !== 'signalMeanwhile';
    const notBefore = signaled ? 'past' : 'later';
    return write(row, { ...row, status: 'Waiting', lease: 'none', notBefore, due }, 'taken', dropped);
  }
  const notBefore = outcome === 'fails' ? 'later' : 'past';
  return write(row, { ...row, status: 'Pending', lease: 'none', notBefore, due, attempts }, 'taken', dropped);
}

/** The triggers and the constraints of the table. */
function write(before: Row, written: Row, result: string, dropped: Dropped): Effect {
  const after = dropped === 'cancelledEnds' ? written : ending(before, written, result === 'claimed');
  const isLegal =
    before.status === after.status ||
    (NEXT_STATES[before.status].includes(after.status) &&
      !(before.status === 'Processing' && after.status === 'Cancelled' && !before.cancelled));
  const isDue = isFinal(after) === (after.due === 'none');
  const isRefused = (!isLegal && dropped !== 'transitions') || (!isDue && dropped !== 'dueCheck');
  if (isRefused) return { row: before, result: 'refused' };
  return { row: after, result: result === 'claimed' && after.status === 'Cancelled' ? 'settled' : result };
}

/** orders_ending(): once an order is cancelled, its worker can complete it, but nothing else. */
function ending(before: Row, after: Row, isClaimed: boolean): Row {
  const isContinued = isClaimed || ['Pending', 'Waiting', 'Failed'].includes(after.status);
  if (before.status !== 'Processing' || !before.cancelled || !isContinued) return after;
  const attempts = after.attempts + Number(after.status === 'Waiting');
  return { ...after, ...ENDED, status: 'Cancelled', attempts };
}
