import { decideFailure, UNDO_FAILED } from '../../lib/orders/retry-policy.ts';
import type { Verdict } from '../../lib/orders/sql/finish-orders.ts';
import { PermanentFailure, TransientFailure } from '../../lib/processors/processor.ts';
import { MAX_ATTEMPTS, type Row } from './row.ts';
import type { Statement } from './statements.ts';

/** A statement, and the row that it is run on. */
export interface Case {
  readonly statement: Statement;
  readonly row: Row;
}

/** A case in Postgres. */
export type Ordered = Case & { readonly orderId: string };

/** The token of every order at first; a worker whose claim is outdated has the one before. */
export const TOKEN = 5;

/** Seconds; the backoff and the sleep of every order. */
export const RESEND_AFTER = 60;

/** The token of a worker's claim. */
export function tokenOf(statement: Statement): number {
  return 'current' in statement && statement.current ? TOKEN : TOKEN - 1;
}

/** What the worker makes of an outcome (lib/orders/run-processor.ts). */
export function verdictOf({ orderId, row, statement }: Ordered): Verdict {
  if (statement.name !== 'finish') throw new Error(`${statement.name} has no outcome`);
  const { outcome, known } = statement;
  const verdict = {
    orderId,
    owner: '',
    token: tokenOf(statement),
    failures: row.attempts,
    signals: known,
    processingTime: null,
    delaySeconds: 0,
    reasonCode: null,
    reason: null,
  };
  const { undoAttempts } = row;
  const transient = new TransientFailure('busy', 'later', { retryAfterSeconds: RESEND_AFTER });
  const permanent = new PermanentFailure('declined', 'never');
  const policy = { maxAttempts: MAX_ATTEMPTS, baseMs: 1_000, maxMs: 600_000 };
  const failures = row.attempts + 1;
  switch (outcome) {
    case 'completes':
      return { ...verdict, status: 'Completed', processingTime: 1 };
    case 'runs out of time':
      return { ...verdict, status: 'Pending', undoAttempts: Math.max(0, undoAttempts - 1) };
    case 'suspends':
      return { ...verdict, status: 'Waiting', delaySeconds: RESEND_AFTER };
    case 'undid all steps':
      return { ...verdict, status: 'Failed' };
    case 'fails':
      return { ...verdict, failures, ...decideFailure(transient, failures, false, policy) };
    case 'fails for good':
      return { ...verdict, failures, ...decideFailure(permanent, failures, false, policy) };
    case 'fails to undo':
    case 'fails to undo for good': {
      const error = outcome === 'fails to undo' ? transient : permanent;
      const decision = decideFailure(error, undoAttempts, false, policy);
      const reasonCode = decision.status === 'Failed' ? UNDO_FAILED : decision.reasonCode;
      return { ...verdict, ...decision, undoAttempts, reasonCode };
    }
  }
}
