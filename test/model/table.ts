import { NEXT_STATES } from '../../lib/orders/order.ts';
import type { Dropped } from './guards.ts';
import { type Effect, ENDED, isFinal, NEW_RUN, type Row } from './row.ts';

/** What the triggers can tell about a statement: it has a new token, it ends an undo with `undo_failed`. */
interface Act {
  readonly isClaim?: boolean;
  readonly givesUp?: boolean;
}

/** The triggers and the constraints of the table. */
export function write(before: Row, written: Row, result: string, dropped: Dropped, act: Act = {}): Effect {
  const after = ending(before, written, dropped, act);
  const isLegal =
    before.status === after.status ||
    (NEXT_STATES[before.status].includes(after.status) &&
      !(before.status === 'Processing' && after.status === 'Cancelled' && !before.cancelled));
  const isDue = isFinal(after) === (after.due === 'none');
  const isRefused = (!isLegal && dropped !== 'transitions') || (!isDue && dropped !== 'dueCheck');
  return isRefused ? { row: before, result: 'refused' } : { row: after, result };
}

/** orders_ending(): decides about ends other than Completed, for every writer. */
function ending(before: Row, written: Row, dropped: Dropped, { isClaim = false, givesUp = false }: Act): Row {
  if (before.status === 'Completed' || before.status === 'Cancelled') return written;
  if (before.status === 'Failed') return written.status === 'Pending' ? redriven(before, written, dropped) : written;
  let after = written;
  if (before.endsAs === null) {
    // Once it is cancelled, its worker can complete it, but nothing else.
    const isContinued = isClaim || ['Pending', 'Waiting', 'Failed'].includes(after.status);
    if (before.cancelled && before.status === 'Processing' && isContinued && dropped !== 'cancelledEnds')
      after = { ...after, status: 'Cancelled', attempts: after.attempts + Number(after.status === 'Waiting') };
  } else if (after.status === 'Cancelled' || (after.cancelled && !before.cancelled)) {
    if (dropped !== 'cancelDuringUndo') after = { ...after, endsAs: 'Cancelled' };
  }
  if (after.status !== 'Cancelled' && (after.status !== 'Failed' || before.status !== 'Processing')) return after;
  if (before.toUndo > 0 && dropped !== 'undoFirst') {
    if (before.endsAs && after.status === 'Failed' && givesUp) return after;
    const endsAs = after.endsAs ?? (after.status as 'Failed' | 'Cancelled');
    const { notBefore, due } = before.endsAs ? before : ({ notBefore: 'past', due: 'now' } as const);
    const status = before.status === 'Waiting' ? 'Waiting' : 'Pending';
    return { ...after, status, lease: 'none', notBefore, due, endsAs, cancelled: endsAs === 'Cancelled' };
  }
  return { ...after, ...ENDED, status: after.endsAs ?? after.status, endsAs: null };
}

/** A redrive continues an unfinished undo. After a finished one, it starts a new run. */
function redriven(before: Row, written: Row, dropped: Dropped): Row {
  const after = { ...written, undoAttempts: 0 };
  const { toUndo, undone } = before;
  if (before.endsAs !== null) return dropped === 'undoKeepsRun' ? after : { ...after, toUndo, undone };
  const isNewRun = undone > 0 && dropped !== 'newRunAfterUndo';
  return { ...after, cancelled: false, ...(isNewRun && NEW_RUN) };
}
