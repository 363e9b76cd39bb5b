import { createHash } from 'node:crypto';

/** Identifies one run of an order. Retries, and redrives that do not request a new run, belong to the same run. */
export interface OrderRun {
  readonly orderId: string;
  /** '' on a stage without authorization. */
  readonly owner: string;
  readonly run: number;
}

/** What the idempotency keys of an order are made from. */
export interface EffectSource {
  readonly orderId: string;
  /**
   * Distinguishes this order and run from all others with the id. Null for the first run of an order from the time when ids
   * were unique by themselves: receivers know the key that its id alone gave.
   */
  readonly effectScope: string | null;
}

/**
 * The idempotency key of an order's effects: the same for every attempt of a run, another one for another run or order. A
 * hash, because clients choose order ids, and not every id fits into a header. It must never change for an order. NUL cannot
 * occur in an id.
 */
export function effectKey({ orderId, effectScope }: EffectSource): string {
  return hash(`order.created:${effectScope === null ? orderId : `${orderId}\0${effectScope}`}`);
}

/** The idempotency key of one step. */
export function stepKey(key: string, name: string): string {
  return hash(`${key}:${name}`);
}

/** The idempotency key of the undo of a step. NUL cannot occur in the name of a step. */
export function undoKey(key: string, name: string): string {
  return hash(`${key}:${name}\0undo`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
