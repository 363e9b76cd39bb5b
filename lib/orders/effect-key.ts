import { createHash } from 'node:crypto';

/** Identifies one run of an order. Retries, and redrives that do not request a new run, belong to the same run. */
export interface OrderRun {
  readonly orderId: string;
  /** '' on a stage without authorization. */
  readonly owner: string;
  readonly run: number;
}

/**
 * The idempotency key of an order's effects: the same for every attempt of a run, another one for another run, order or owner.
 * A hash, because clients choose order ids, and not every id fits into a header.
 *
 * Receivers know the key of a first run without an owner, and of orders from before runs were counted (run 0), from the days
 * when it was made from the order id alone. It must never change. NUL cannot occur in an id.
 */
export function effectKey({ orderId, owner, run }: OrderRun): string {
  const isAsBefore = run === 0 || (run === 1 && owner === '');
  const identity = isAsBefore ? orderId : `${orderId}\0${owner}\0${run}`;
  return hash(`order.created:${identity}`);
}

/** The idempotency key of one step. */
export function stepKey(key: string, name: string): string {
  return hash(`${key}:${name}`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
