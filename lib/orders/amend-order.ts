import type { Database } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import { delayFor, MAX_DELAY_SECONDS, type OrderQueue } from '../queue/order-queue.ts';
import { type NewOrder, type Order, type SentDetails, type Status, type StepReport, someDetails } from './order.ts';
import { amendOrder as amendRow, hasRecordedStep } from './sql/amend-order.ts';
import { readOrder } from './sql/read-order.ts';

/** New values of an order. */
export interface Amendment {
  readonly userId?: number | undefined;
  readonly itemIds?: readonly number[] | undefined;
  readonly totalAmount?: string | undefined;
  /** Undefined keeps a value, null removes it. */
  readonly details: SentDetails;
  /** The names of the fields, as the client calls them. */
  readonly changed: readonly string[];
}

type WholeOrder = Order & { readonly steps: readonly StepReport[] };

/**
 * The order, or the reason why it was not changed; undefined if the order does not exist. `begun` means that a step of the current run
 * is recorded, and may have used the values.
 */
type AmendOutcome =
  | { readonly order: WholeOrder }
  | { readonly status: Status }
  | { readonly ending: true }
  | { readonly begun: true }
  | 'another-version'
  | undefined;

/** The most attempts. An attempt fails only if the order changed in a way that its representation does not show, such as a sweep. */
const TRIES = 5;

/**
 * Changes the values of a Pending order. Once a step of the current run is recorded, it only changes process_after. If a worker claims
 * the order at the same time, either the claim comes first and the order is Processing, or the claim returns the new values.
 * @param owner the required owner; null for any
 * @param isExpected whether this is the state of the order that the caller wants to change
 * @throws AmbiguousOrder if no owner is required and several owners have such an order; DatabaseError
 */
export async function amendOrder(
  deps: { readonly database: Database; readonly queue: OrderQueue; readonly resendAfterSeconds: number },
  orderId: string,
  owner: string | null,
  isExpected: (order: WholeOrder) => boolean,
  amendment: Amendment,
  actor: string,
): Promise<AmendOutcome> {
  for (let left = TRIES; left > 0; left -= 1) {
    const seen = await readOrder(deps.database, orderId, owner);
    if (!seen) return undefined;
    if (!isExpected(seen)) return 'another-version';
    if (seen.status !== 'Pending') return { status: seen.status };
    if (seen.endsAs !== null || seen.cancelRequestedAt !== null) return { ending: true };
    // A recorded step may have charged the amount, and a retry does not run it again. A step that is recorded after this check requires
    // a claim, which changes the version.
    const isOnlyTime = amendment.changed.every((name) => name === 'process_after');
    if (!isOnlyTime && (await hasRecordedStep(deps.database, seen))) return { begun: true };
    const reschedules = amendment.details.processAfter !== undefined;
    const values = {
      ...amended(seen, amendment),
      owner: seen.owner,
      version: seen.version,
      reschedules,
      changed: amendment.changed.join(', '),
    };
    const change = { actor, resendAfterSeconds: deps.resendAfterSeconds };
    const result = await amendRow(deps.database, values, change);
    if (!result) continue;
    // Its due date covers a message that cannot be sent.
    if (reschedules && result.wait <= MAX_DELAY_SECONDS)
      await deps.queue.send([{ orderId, owner: seen.owner, delaySeconds: delayFor(result.wait) }]);
    return { order: { ...result.order, steps: seen.steps } };
  }
  throw new DatabaseError('the order keeps changing', 'contention');
}

function amended(order: Order, { userId, itemIds, totalAmount, details }: Amendment): NewOrder {
  const sent = Object.entries(details).filter(([, value]) => value !== undefined);
  // One kind of items replaces the other.
  const replaced = itemIds === undefined ? {} : { items: null };
  return {
    orderId: order.orderId,
    userId: userId ?? order.userId,
    itemIds: itemIds ?? (details.items ? [] : order.itemIds),
    totalAmount: totalAmount ?? order.totalAmount,
    details: someDetails({ ...order.details, ...Object.fromEntries(sent), ...replaced }),
  };
}
