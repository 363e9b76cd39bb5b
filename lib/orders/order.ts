/** The states of an order. Postgres holds the legal moves between them (infra/migrations/000001-orders.sql). */
export const STATUSES = ['Pending', 'Processing', 'Completed', 'Failed', 'Cancelled'] as const;
export type Status = (typeof STATUSES)[number];

/** The moves that Postgres lets an order make from each state. Where there is none, it is finished for good. */
export const NEXT_STATES: Readonly<Record<Status, readonly Status[]>> = {
  Pending: ['Processing', 'Cancelled'],
  Processing: ['Completed', 'Failed', 'Pending'],
  Completed: [],
  Failed: ['Pending'],
  Cancelled: [],
};

/** An order as a client sends it, validated. */
export interface NewOrder {
  readonly orderId: string;
  readonly userId: number;
  readonly itemIds: readonly number[];
  /** Exact decimal text, never a float: it is money. */
  readonly totalAmount: string;
}

/** An order as it is kept. */
export interface Order extends NewOrder {
  /** '' where callers are not authenticated. */
  readonly owner: string;
  readonly status: Status;
  /** Seconds that its processor took; null until Completed. */
  readonly processingTime: number | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Times that its processor ran since it was created or redriven, the run under way included. */
  readonly attempts: number;
  /** Attempts that ended because their worker died. */
  readonly crashes: number;
  /** Times that it was redriven after it had Failed. */
  readonly redrives: number;
  /** When the next try may begin, while it waits for one; null otherwise. */
  readonly nextAttemptAt: Date | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}
