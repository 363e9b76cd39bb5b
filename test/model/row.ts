import type { Status } from '../../lib/orders/order.ts';

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
  /** What it becomes once its steps are undone. */
  readonly endsAs: 'Failed' | 'Cancelled' | null;
  readonly undoAttempts: number;
  /** Recorded steps of its run that can be undone. */
  readonly toUndo: number;
  /** Steps of its run that were undone. */
  readonly undone: number;
}

export function keyOfRow(row: Row): string {
  const { status, lease, notBefore, due, attempts, crashes, redrives, signals, cancelled } = row;
  const { endsAs, undoAttempts, toUndo, undone } = row;
  const undo = endsAs || undoAttempts + toUndo + undone > 0 ? ` ${endsAs} ${undoAttempts} ${toUndo} ${undone}` : '';
  return `${status} ${lease} ${notBefore} ${due} ${attempts} ${crashes} ${redrives} ${signals} ${cancelled}${undo}`;
}

/** Small, so that the model can go beyond them. The budgets of an undo are MAX_CRASHES and MAX_ATTEMPTS, too. */
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
  endsAs: null,
  undoAttempts: 0,
  toUndo: 0,
  undone: 0,
};

export interface Effect {
  readonly row: Row;
  /** What the statement returns; `refused` if Postgres refuses its UPDATE. */
  readonly result: string;
}

export const isFinal = ({ status }: Row) => ['Completed', 'Failed', 'Cancelled'].includes(status);
export const isFree = ({ status }: Row) => status === 'Pending' || status === 'Waiting';

export const ENDED = { lease: 'none', notBefore: 'none', due: 'none' } as const;
export const NEW_RUN = { toUndo: 0, undone: 0 } as const;
