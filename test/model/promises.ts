import { isFinal, keyOfRow, MAX_ATTEMPTS, MAX_CRASHES, type Row } from './row.ts';
import { effectOf } from './statements.ts';
import type { World } from './world.ts';

/**
 * The budget of one step's undo: MAX_ATTEMPTS failures, or as many dead workers. By hand, an order gets other budgets.
 * @param after the row that a claim, or the finish of an undo that failed, has written
 */
export function brokenByUndo({ row, undoClaims, byHand }: World, after: Row): string | undefined {
  if (row.status !== 'Processing' || row.endsAs === null || !byHand) return undefined;
  const isGivenUp = after.status === 'Failed' && after.endsAs !== null;
  if (isGivenUp && undoClaims < MAX_ATTEMPTS) return `the undo of a step was given up at its claim ${undoClaims}`;
  const goesOn = after.endsAs !== null && !isGivenUp;
  return goesOn && undoClaims >= MAX_ATTEMPTS ? `the undo of a step goes on after ${undoClaims} claims` : undefined;
}

export function brokenByClaim({ row, paused, byHand }: World, claimed: Row): string | undefined {
  const isProcessed = claimed.status === 'Processing' && claimed.endsAs === null;
  if (row.cancelled && isProcessed) return 'a cancelled order is processed again';
  if (paused) return 'the order was claimed while processing is paused';
  if (row.lease === 'live') return 'the order was claimed while a worker holds it';
  if (row.notBefore === 'later') return 'the order was claimed before its next attempt may start';
  // By hand, an order gets no new budgets.
  const isSpent = isProcessed && claimed.crashes >= MAX_CRASHES && byHand;
  return isSpent ? `the order was claimed again after ${MAX_CRASHES} crashes` : undefined;
}

/** What must hold in every state. */
export function brokenIn({ row, completions, unheard }: World): string | undefined {
  if (completions > 1) return 'the order was completed twice';
  if (row.status === 'Completed' && row.undone > 0) return 'the order is Completed, and a step of it was undone';
  if (isFinal(row) && row.endsAs === null && row.status !== 'Completed') {
    if (row.toUndo > 0) return `the order is ${row.status}, and a step of it was not undone`;
    if (row.status === 'Failed' && row.cancelled) return 'the order was cancelled, and is Failed';
  }
  if (unheard && row.status === 'Waiting' && row.notBefore === 'later')
    return 'the order waits for a signal that it has received';
  return endsAlone(row) ? undefined : `the order stays ${row.status}, whatever the sweep and the workers do`;
}

const fates = new Map<string, boolean>();

/** True if the order ends once every message is lost, every worker has died, and from now on nothing fails. */
function endsAlone(row: Row): boolean {
  const key = keyOfRow(row);
  const known = fates.get(key);
  if (known !== undefined) return known;
  const ends = isFinal(drained(row));
  fates.set(key, ends);
  return ends;
}

function drained(given: Row): Row {
  let row = given;
  // Each round claims it at least once, or counts a crash; the last ones undo it.
  for (let round = 0; round < MAX_CRASHES + 3 && !isFinal(row); round += 1) {
    row = {
      ...row,
      lease: row.lease === 'live' ? 'expired' : row.lease,
      notBefore: row.notBefore === 'later' ? 'past' : row.notBefore,
      due: row.due === 'later' ? 'now' : row.due,
    };
    if (effectOf({ name: 'find due', paused: false }, row).result !== 'found') return row;
    for (const suspects of [false, true]) {
      const { row: claimed, result } = effectOf({ name: 'claim', suspects, paused: false }, row);
      row = claimed;
      if (result !== 'claimed') continue;
      const outcome = row.endsAs === null ? 'completes' : 'undid all steps';
      while (row.endsAs !== null && row.toUndo > 0)
        row = effectOf({ name: 'record', undone: true, current: true }, row).row;
      row = effectOf({ name: 'finish', outcome, known: 0, current: true }, row).row;
    }
  }
  return row;
}
