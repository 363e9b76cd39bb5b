/** The states of an order. Postgres enforces the legal transitions (the trigger function orders_updated). */
export const STATUSES = ['Pending', 'Processing', 'Waiting', 'Completed', 'Failed', 'Cancelled'] as const;
export type Status = (typeof STATUSES)[number];

/** The states in which no worker and no signal changes an order. A Failed one can be redriven. */
export const FINISHED: readonly Status[] = ['Completed', 'Failed', 'Cancelled'];

/** The transitions that Postgres allows from each state. A state without any is final. */
export const NEXT_STATES: Readonly<Record<Status, readonly Status[]>> = {
  Pending: ['Processing', 'Cancelled'],
  Processing: ['Completed', 'Failed', 'Pending', 'Waiting', 'Cancelled'],
  Waiting: ['Processing', 'Cancelled'],
  Completed: [],
  Failed: ['Pending'],
  Cancelled: [],
};

/** A validated order from a client. */
export interface NewOrder {
  readonly orderId: string;
  readonly userId: number;
  readonly itemIds: readonly number[];
  /** Exact decimal text, never a float, because it is money. */
  readonly totalAmount: string;
  /** Undefined if the client sent none of them. */
  readonly details?: OrderDetails | undefined;
}

/** What most orders do not have. It is stored in a separate table (lib/orders/sql/order-details.ts). */
export interface OrderDetails {
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly customerRef?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly items?: readonly OrderItem[] | undefined;
  /** The order is not processed before this time. */
  readonly processAfter?: Date | undefined;
}

/** Details as a client sends them. Null removes a value. */
export type SentDetails = { readonly [Name in keyof OrderDetails]: OrderDetails[Name] | null };

/** These details without those that are missing, null or empty; undefined if none is left, so that they cost nothing. */
export function someDetails(details: SentDetails): OrderDetails | undefined {
  const isSome = (value: unknown) =>
    value !== undefined && value !== null && (value instanceof Date || Object.keys(value).length > 0);
  const some = Object.entries(details).filter(([, value]) => isSome(value));
  return some.length > 0 ? Object.fromEntries(some) : undefined;
}

export type Metadata = Readonly<Record<string, string>>;

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
  /** Exact decimal text. */
  readonly unitPrice: string;
  readonly metadata?: Metadata | undefined;
}

/** A stored order. */
export interface Order extends NewOrder {
  /** '' on a stage without authorization. */
  readonly owner: string;
  readonly status: Status;
  /** Seconds that its processor took; null until Completed. */
  readonly processingTime: number | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Attempts since the order was created or last redriven, including one in progress. */
  readonly attempts: number;
  /** Attempts that ended because their worker died. */
  readonly crashes: number;
  readonly redrives: number;
  /** When the next attempt may start, if the order waits for one; null otherwise. */
  readonly nextAttemptAt: Date | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** When a caller first cancelled it; null if no one did. It is Completed if the processor returned before it noticed. */
  readonly cancelRequestedAt: Date | null;
  /** The status that it gets once its steps are undone; null if there is nothing to undo. */
  readonly endsAs: 'Failed' | 'Cancelled' | null;
}

/** A recorded step, sleep or wait of the current run. Its result is the processor's business. */
export interface StepReport {
  readonly name: string;
  readonly kind: 'step' | 'sleep' | 'wait';
  /** `abandoned`: the order ended before the signal or the timeout of the wait. */
  readonly state: 'completed' | 'sleeping' | 'waiting' | 'timed_out' | 'abandoned';
  /** Whether it was undone, if it can be. */
  readonly undo: 'possible' | 'done' | null;
  readonly undoneAt: Date | null;
  /** The attempt that recorded it. */
  readonly attempt: number;
  readonly startedAt: Date;
  /** When it ended or, of a sleep or wait that goes on, when it ends at the latest. */
  readonly finishedAt: Date;
  /** Bytes of its result or of the payload of its signal, as JSON; 0 if there is none. */
  readonly resultBytes: number;
}
