/** What keeps the promises, each a condition of one statement or the order of two. Taking one away must break something. */
export const GUARDS = {
  fence: 'finish writes only with the current token',
  newToken: 'a claim gives the order a new token',
  finishHeld: 'finish writes only while the order is Processing',
  lease: 'a claim takes a Processing order only when its lease has expired',
  pauseBetweenAttempts: 'a claim waits until the next attempt may start',
  pause: 'a claim takes nothing while processing is paused',
  crashBudget: 'a claim fails an order that has lost too many workers',
  retryDue: 'a retry has a due date',
  redriveDue: 'a redrive sets a due date',
  redriveFailed: 'only Failed orders are redriven',
  cancelFree: 'only Pending and Waiting orders are cancelled at once',
  cancelledEnds: 'an order that was cancelled while it was Processing is not processed again',
  dueNowFree: 'only Pending and Waiting orders are made due now',
  postponeDue: 'the sweep postpones only orders that are still due',
  pausedDueNow: 'a paused order is made due now before its message is acknowledged',
  acknowledgeLast: 'a message is acknowledged only after the outcome is committed',
  signalWakes: 'a signal makes a Waiting order due now',
  signalMeanwhile: 'a signal that came before the suspension ends it at once',
  undoFirst: 'an order with steps to undo does not end before they are undone',
  undoBudget: 'an undo that keeps failing is given up',
  undoCrashBudget: 'an undo that keeps killing its workers is given up',
  undoBudgetPerStep: 'each step that was undone leaves the next one a whole budget',
  undoKeepsRun: 'a redrive in the middle of an undo stays in the run that has the steps',
  newRunAfterUndo: 'a redrive after an undo starts a new run',
  cancelDuringUndo: 'an order that is cancelled while it is undone ends as Cancelled',
  stepFence: 'a step is recorded only with the current token',
  stepHeld: 'a step is recorded only while the order is Processing',
  amendPending: 'only Pending orders that are not being undone are amended',
  amendVersion: 'an order is amended only if it is as it was read',
  transitions: 'Postgres refuses illegal transitions',
  dueCheck: 'Postgres refuses an unfinished order without a due date',
} as const;

export type Guard = keyof typeof GUARDS;

/** The guard that is taken away, if any. */
export type Dropped = Guard | undefined;
