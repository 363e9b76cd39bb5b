import type { Dropped } from './guards.ts';
import {
  type Effect,
  ENDED,
  isFinal,
  isFree,
  MAX_ATTEMPTS,
  MAX_CRASHES,
  MAX_REDRIVES,
  NEW_RUN,
  type Row,
} from './row.ts';
import { write } from './table.ts';

/** Of a processor, and of one that undoes its steps. */
export type Outcome =
  | 'completes'
  | 'fails'
  | 'fails for good'
  | 'runs out of time'
  | 'suspends'
  | 'undid all steps'
  | 'fails to undo'
  | 'fails to undo for good';

/** One statement of the service, or of somebody with psql, with the parameters that its effect depends on. */
export type Statement =
  | { readonly name: 'claim'; readonly suspects: boolean; readonly paused: boolean }
  | { readonly name: 'finish'; readonly outcome: Outcome; readonly known: number; readonly current: boolean }
  | { readonly name: 'find due'; readonly paused: boolean }
  | { readonly name: 'record'; readonly undone: boolean; readonly current: boolean }
  | { readonly name: 'postpone' | 'make due now' | 'cancel' | 'signal' }
  | { readonly name: 'redrive'; readonly newRun: boolean }
  | { readonly name: 'amend'; readonly until: 'none' | 'later'; readonly current: boolean }
  | { readonly name: 'psql: status = Pending' | 'psql: due_at = NULL' };

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
      if (!isFree(row) && dropped !== 'cancelFree') return write(row, { ...row, cancelled: true }, 'written', dropped);
      const attempts = row.attempts + Number(row.status === 'Waiting' && !row.endsAs);
      return write(row, { ...row, ...ENDED, status: 'Cancelled', cancelled: true, attempts }, 'written', dropped);
    }
    case 'redrive': {
      const isRedriven = (row.status === 'Failed' || dropped === 'redriveFailed') && row.redrives < MAX_REDRIVES;
      if (!isRedriven) return { row, result: 'none' };
      const due = dropped === 'redriveDue' ? 'none' : 'later';
      const budgets = { attempts: 0, crashes: 0, redrives: row.redrives + 1 };
      const run = statement.newRun ? NEW_RUN : {};
      return write(row, { ...row, ...budgets, ...run, status: 'Pending', notBefore: 'past', due }, 'written', dropped);
    }
    case 'record':
      return record(row, statement, dropped);
    case 'amend': {
      const { until, current } = statement;
      if (!current && dropped !== 'amendVersion') return { row, result: 'none' };
      if ((row.status !== 'Pending' || row.cancelled || row.endsAs) && dropped !== 'amendPending')
        return { row, result: 'none' };
      const notBefore = until === 'later' ? 'later' : 'past';
      return write(row, { ...row, notBefore, due: 'later' }, 'written', dropped);
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

function claim(row: Row, { suspects, paused }: { suspects: boolean; paused: boolean }, dropped: Dropped): Effect {
  const lost = row.status === 'Processing';
  const isStopped = paused && dropped !== 'pause';
  const mayStart = row.notBefore !== 'later' || dropped === 'pauseBetweenAttempts';
  const isLost = lost && (row.lease === 'expired' || dropped === 'lease');
  const isSuspect = row.crashes > 0 || row.undoAttempts > 0 || lost;
  if (!isStopped && ((isFree(row) && mayStart) || isLost) && isSuspect === suspects) {
    const isUndo = row.endsAs !== null;
    const crashes = row.crashes + Number(lost && !isUndo);
    const undoAttempts = row.undoAttempts + Number(isUndo);
    const isSpent = isUndo
      ? row.undoAttempts >= MAX_CRASHES && dropped !== 'undoCrashBudget'
      : crashes >= MAX_CRASHES && dropped !== 'crashBudget';
    const held = { status: 'Processing', lease: 'live', notBefore: 'none', due: 'later' } as const;
    const isEnd = lost && isSpent;
    const written = { ...row, crashes, undoAttempts, ...(isEnd ? { ...ENDED, status: 'Failed' as const } : held) };
    const { row: after, result } = write(row, written, 'claimed', dropped, { isClaim: true, givesUp: isEnd && isUndo });
    if (result === 'refused' || after.status === 'Processing') return { row: after, result };
    return { row: after, result: isFinal(after) ? 'settled' : 'to-undo' };
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

function record(row: Row, { undone, current }: { undone: boolean; current: boolean }, dropped: Dropped): Effect {
  if (!current && dropped !== 'stepFence') return { row, result: 'lost' };
  if (row.status !== 'Processing' && dropped !== 'stepHeld') return { row, result: 'lost' };
  const result = row.cancelled ? 'cancelled' : 'recorded';
  if (!undone) return { row: { ...row, toUndo: row.toUndo + 1 }, result };
  // order_steps_undone(): each step has its own budget.
  const undoAttempts = dropped === 'undoBudgetPerStep' ? row.undoAttempts : Math.min(1, row.undoAttempts);
  return { row: { ...row, toUndo: row.toUndo - 1, undone: row.undone + 1, undoAttempts }, result };
}

function finish(
  row: Row,
  { outcome, known, current }: { outcome: Outcome; known: number; current: boolean },
  dropped: Dropped,
): Effect {
  if (!current && dropped !== 'fence') return { row, result: 'lost' };
  if (row.status !== 'Processing' && dropped !== 'finishHeld') return { row, result: 'lost' };
  const attempts = row.attempts + Number(outcome === 'fails' || outcome === 'fails for good');
  const undoAttempts = outcome === 'runs out of time' ? Math.max(0, row.undoAttempts - 1) : row.undoAttempts;
  const taken = (changes: Partial<Row>, givesUp = false) =>
    write(row, { ...row, lease: 'none', attempts, undoAttempts, ...changes }, 'taken', dropped, { givesUp });
  const due = dropped === 'retryDue' ? 'none' : 'later';
  switch (outcome) {
    case 'completes':
      return taken({ ...ENDED, status: 'Completed' });
    case 'fails for good':
    case 'undid all steps':
      return taken({ ...ENDED, status: 'Failed' });
    case 'fails to undo for good':
      return taken({ ...ENDED, status: 'Failed' }, true);
    case 'fails':
      if (attempts >= MAX_ATTEMPTS) return taken({ ...ENDED, status: 'Failed' });
      return taken({ status: 'Pending', notBefore: 'later', due });
    case 'fails to undo':
      if (undoAttempts >= MAX_ATTEMPTS && dropped !== 'undoBudget') return taken({ ...ENDED, status: 'Failed' }, true);
      return taken({ status: 'Pending', notBefore: 'later', due });
    case 'runs out of time':
      return taken({ status: 'Pending', notBefore: 'past', due });
    case 'suspends': {
      const isSignaled = row.signals > known && dropped !== 'signalMeanwhile';
      return taken({ status: 'Waiting', notBefore: isSignaled ? 'past' : 'later', due });
    }
  }
}
